package facts

// Format names the syntax of a file.
type Format uint8

// The formats that are read. The zero one is none.
const (
	Properties     Format = iota + 1 // java.util.Properties
	DockerEnv                        // docker run --env-file
	ComposeEnv                       // .env and env_file of docker compose
	Shell                            // shell script
	Compose                          // docker compose file
	PgpoolConf                       // Pgpool-II
	PostgreSQLConf                   // PostgreSQL
	SecretFile                       // the file behind a NAME_FILE variable
	Kubernetes                       // manifests and kustomizations
	Helm                             // values of a Helm chart
	DockerInspect                    // output of docker inspect and podman inspect
	Systemd                          // unit file of systemd, drop-in, Podman quadlet
	SystemdEnv                       // EnvironmentFile= of systemd
	Foreign                          // Terraform and the like: named, not read
)

// String is the format's name.
func (f Format) String() string {
	return [...]string{
		"", "properties", "docker-env", "compose-env", "shell", "compose", "pgpool.conf", "postgresql.conf", "secret-file",
		"kubernetes", "helm-values", "docker-inspect", "systemd", "systemd-env", "foreign",
	}[f]
}

// Style says how a value is quoted where it stands, which decides how a new text must be written there.
type Style uint8

// The quoting styles. Not every format knows every style.
const (
	Plain        Style = iota
	SingleQuoted       // '
	DoubleQuoted       // "
	AnsiQuoted         // $' of a shell
	Literal            // YAML block scalar |, lines kept
	Folded             // YAML block scalar >, lines joined
	YesNo              // true or false of a Helm chart, which prints yes or no for it
)

// String is the mark with which the style begins, where there is one.
func (s Style) String() string { return [...]string{"", "'", `"`, "$'", "|", ">", "yes or no"}[s] }

// Run maps a piece of a decoded value to the bytes it was written with. A verbatim run (N == RawN) maps byte by byte;
// any other is an escape or the like, which can only be pointed at, kept or removed as a whole. Raw bytes between two
// runs (the backslash and line end of a continuation, quotes) belong to no part of the value.
type Run struct {
	Value int     // offset of the first byte in the decoded value
	N     int     // bytes of the decoded value
	Raw   int     // offset of the first byte in the source
	RawN  int     // bytes in the source
	In    *Source // the source, when it is not the origin's own: an interpolated piece
	// Format is the syntax that the piece is written in, when it is not the origin's own.
	Format Format
	Style  Style // quoting of this piece
}

// Origin is where a value was written, or the query that measured it.
type Origin struct {
	Source *Source
	// Span is the value as written, without the quotes around it. For a value that is missing it is the place where
	// the message should point.
	Span Span
	// Key is the name as the user wrote it, which need not be the canonical one: PGPOOL_NUM_INIT_CHILDREN.
	Key     string
	KeySpan Span
	Format  Format
	// Within is the format of the file when the text of that Format stands inside a value of it. Style is then how that
	// value is quoted.
	Within Format
	Style  Style
	// Runs map the decoded value to bytes. Nil means that the value is written verbatim in Span. An empty, non-nil
	// slice means that the characters cannot be traced, only the whole.
	Runs []Run
	// answer is what measured a live fact; then there is no Source.
	answer *answer
}

// answer is a statement and what it gave.
type answer struct{ query, value string }

// MeasuredBy is the origin of a value that a query gave under a name, "" when it has none.
func MeasuredBy(name, query, value string) Origin {
	return Origin{Key: name, answer: &answer{query, value}}
}

// Query is the statement that measured a live fact; "" for what was written.
func (o Origin) Query() string {
	if o.answer == nil {
		return ""
	}
	return o.answer.query
}

// Value is what the statement of Query gave.
func (o Origin) Value() string {
	if o.answer == nil {
		return ""
	}
	return o.answer.value
}

// Known says whether the origin points anywhere.
func (o Origin) Known() bool { return o.Source != nil || o.Query() != "" }

// Place is a range of bytes in a source, with the syntax and the quoting that are in force there.
type Place struct {
	Source *Source
	Span   Span
	Format Format
	Style  Style
}

// Places maps bytes [start, end) of the decoded value to the ranges of bytes that wrote them, in the order of the
// value. A part of an escape counts as the whole of it. ok is false when some byte cannot be traced. An empty range maps
// to the one empty place where text would be inserted.
func (o Origin) Places(start, end int) (places []Place, ok bool) {
	if o.Source == nil {
		return nil, false
	}
	if o.Runs == nil {
		if end > o.Span.Len() {
			return nil, false
		}
		return []Place{{o.Source, Span{o.Span.Start + start, o.Span.Start + end}, o.Format, o.Style}}, true
	}
	if start == end {
		return o.insertion(start)
	}
	covered := start
	for _, run := range o.Runs {
		from, to := max(start, run.Value), min(end, run.Value+run.N)
		if from >= to {
			continue
		}
		if from != covered {
			return nil, false
		}
		covered = to
		raw := Span{run.Raw, run.Raw + run.RawN}
		if run.N == run.RawN {
			raw = Span{run.Raw + from - run.Value, run.Raw + to - run.Value}
		}
		place := o.place(run, raw)
		if n := len(places); n > 0 && places[n-1].Span.End == raw.Start {
			if last := places[n-1]; last.Source == place.Source && last.Format == place.Format && last.Style == place.Style {
				places[n-1].Span.End = raw.End
				continue
			}
		}
		places = append(places, place)
	}
	return places, covered == end
}

// place is a range of what a run was written with.
func (o Origin) place(run Run, raw Span) Place {
	place := Place{run.In, raw, run.Format, run.Style}
	if place.Source == nil {
		place.Source = o.Source
	}
	if place.Format == 0 {
		place.Format = o.Format
	}
	return place
}

func (o Origin) insertion(at int) ([]Place, bool) {
	for i, run := range o.Runs {
		switch {
		case at == run.Value && i == 0, at > run.Value && at < run.Value+run.N && run.N == run.RawN:
			raw := run.Raw + at - run.Value
			return []Place{o.place(run, Span{raw, raw})}, true
		case at == run.Value+run.N:
			raw := run.Raw + run.RawN
			return []Place{o.place(run, Span{raw, raw})}, true
		}
	}
	return nil, false
}

// Hide marks bytes [start, end) of the decoded value as secret wherever they were written, see [Source.Hide]. When they
// cannot be traced, the whole value is hidden.
func (o Origin) Hide(start, end int) {
	if o.Runs == nil && o.Source != nil && end <= o.Span.Len() {
		o.Source.Hide(Span{o.Span.Start + start, o.Span.Start + end})
		return
	}
	places, ok := o.Places(start, end)
	if !ok && o.Source != nil && o.Span != o.KeySpan { // a name for what is elsewhere is no secret
		o.Source.Hide(o.Span)
	}
	for _, place := range places {
		place.Source.Hide(place.Span)
	}
}

// Sub is the origin of bytes [start, end) of the decoded value, for pointing at them. What cannot be traced points at the
// whole value.
func (o Origin) Sub(start, end int) Origin {
	if o.Runs == nil && o.Source != nil && end <= o.Span.Len() { // verbatim, as most are
		o.Span, o.Runs = Span{o.Span.Start + start, o.Span.Start + end}, []Run{}
		return o
	}
	places, ok := o.Places(start, end)
	if !ok || len(places) == 0 {
		return o
	}
	first, last := places[0], places[len(places)-1]
	if last.Source != first.Source || last.Span.End < first.Span.Start {
		last = first
	}
	o.Source, o.Span, o.Format, o.Style, o.Runs = first.Source, Span{first.Span.Start, last.Span.End}, first.Format, first.Style, []Run{}
	return o
}
