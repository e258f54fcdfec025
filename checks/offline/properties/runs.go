package properties

import "github.com/bbdoctor/bbdoctor/checks/facts"

// maxRuns is how many runs are kept for one file. Real files have a few dozen; the bound keeps a file of nothing but
// umlauts from filling the memory. A value behind the bound is read as well as any other, but it cannot be rewritten in
// parts.
const maxRuns = 1 << 17

// tracer writes down which bytes of the file the characters of a value come from, in their order.
type tracer struct {
	*decoder
	on    bool
	full  bool // more runs than there may be
	value int  // bytes of the value so far
	runs  []facts.Run
}

// verbatim says that the value goes on with line[start:end] as it is, which lies in one piece.
func (t *tracer) verbatim(start, end int) {
	if t.on {
		t.add(facts.Run{Value: t.value, N: end - start, Raw: t.rawAt(start), RawN: end - start})
		t.value += end - start
	}
}

// unit says that line[start:end] makes one character of n bytes.
func (t *tracer) unit(start, end, n int) {
	if !t.on {
		return
	}
	raw := t.rawAt(start)
	run := facts.Run{Value: t.value, N: n, Raw: raw, RawN: t.rawAt(end-1) + 1 - raw}
	if run.N == run.RawN {
		// A backslash and a byte of ISO-8859-1 make a character of two bytes, but they are not those two bytes, which
		// equal lengths would say. So the second byte of the value has no bytes of its own in the file.
		t.add(facts.Run{Value: run.Value, N: 1, Raw: raw, RawN: run.RawN})
		run = facts.Run{Value: run.Value + 1, N: n - 1, Raw: raw + run.RawN}
	}
	t.add(run)
	t.value += n
}

func (t *tracer) add(run facts.Run) {
	if t.full = t.full || t.decoder.runs == 0; !t.full {
		t.decoder.runs--
		t.runs = append(t.runs, run)
	}
}

// finish gives the runs of a value of n bytes. They are empty, not nil, when they are incomplete or do not add up to the
// value: then no part of it may be rewritten.
func (t *tracer) finish(n int) []facts.Run {
	switch {
	case !t.on:
		return nil
	case t.full || t.value != n:
		t.decoder.runs += len(t.runs)
		return []facts.Run{}
	}
	return t.runs
}

// tracePieces gives the runs of a part of the line that is verbatim: one for each natural line that it comes from, or nil
// if it all comes from one.
func (d *decoder) tracePieces(start, end int) []facts.Run {
	t := tracer{decoder: d, on: true}
	for i := start; i < end; {
		next := min(end, d.pieceEnd(i))
		t.verbatim(i, next)
		i = next
	}
	runs := t.finish(end - start)
	if len(runs) == 1 {
		return nil
	}
	return runs
}

// rawAt is the place in the file of the byte at offset i of the line. From one call of decode to the next, i must not
// become smaller.
func (d *decoder) rawAt(i int) int {
	d.seek(i)
	return d.pieces[d.piece].raw + i - d.pieces[d.piece].at
}

// pieceEnd is where in the line the piece ends that has offset i; i as for rawAt.
func (d *decoder) pieceEnd(i int) int {
	d.seek(i)
	if d.piece+1 < len(d.pieces) {
		return d.pieces[d.piece+1].at
	}
	return len(d.line)
}

func (d *decoder) seek(i int) {
	for d.piece+1 < len(d.pieces) && d.pieces[d.piece+1].at <= i {
		d.piece++
	}
}
