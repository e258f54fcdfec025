package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// SnapshotLimit bounds a saved snapshot, in bytes. One of a cluster with hundreds of parameters and queries has less than
// a tenth of it.
const SnapshotLimit = 8 << 20

// Save writes the snapshot as JSON. What [LoadSnapshot] reads back is the same snapshot, and saving that gives the same
// bytes.
func (s *Snapshot) Save(w io.Writer) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if out.Len() > SnapshotLimit {
		return fmt.Errorf("snapshot: %d bytes are more than the %d that can be read again", out.Len(), SnapshotLimit)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// LoadSnapshot reads what [Snapshot.Save] wrote. It refuses another schema, a field that this version does not know, and
// anything behind the snapshot, because a verdict on half-read facts is worse than none.
func LoadSnapshot(r io.Reader) (*Snapshot, error) {
	text, err := io.ReadAll(io.LimitReader(r, SnapshotLimit+1))
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if len(text) > SnapshotLimit {
		return nil, fmt.Errorf("snapshot: more than %d bytes: no file that bbdoctor saved", SnapshotLimit)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("snapshot: not the JSON that bbdoctor saved: %w", err)
	}
	if head.Schema != SnapshotSchema {
		return nil, fmt.Errorf("snapshot: the schema is %q, and this bbdoctor reads %q", shortened(head.Schema), SnapshotSchema)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	s := new(Snapshot)
	if err := decoder.Decode(s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("snapshot: something follows the snapshot")
	}
	return s, nil
}

func shortened(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return text[:most] + "..."
}
