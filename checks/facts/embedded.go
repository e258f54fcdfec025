package facts

import "sort"

// Located gives an origin in a text that stands inside a file, as [Source.Within] says, as the origin in that file. Any
// other origin is itself.
func (o Origin) Located() Origin {
	if o.Source == nil || o.Source.Within == nil {
		return o
	}
	within := o.Source.Within
	runs := within.located(o)
	o.KeySpan = within.cover(o.KeySpan)
	o.Span, o.Runs = within.cover(o.Span), runs
	o.Within, o.Style = within.Format, within.Style
	o.Source = within.Source
	if len(runs) == 1 && runs[0].In == nil && runs[0].N == runs[0].RawN && runs[0].Raw == o.Span.Start && runs[0].RawN == o.Span.Len() {
		o.Runs = nil
	}
	return o
}

// located maps the value of an origin in the text to bytes of the file. An empty slice says that it cannot be traced.
func (o *Origin) located(inner Origin) []Run {
	if inner.Runs != nil && len(inner.Runs) == 0 || o.Runs != nil && len(o.Runs) == 0 {
		return []Run{}
	}
	written := inner.Runs
	if written == nil {
		if inner.Span.Len() == 0 {
			return nil
		}
		written = []Run{{N: inner.Span.Len(), Raw: inner.Span.Start, RawN: inner.Span.Len()}}
	}
	runs := make([]Run, 0, len(written))
	for _, run := range written {
		if run.In != nil && run.In != inner.Source {
			runs = append(runs, run) // a piece that is written in another file
			continue
		}
		raw := Span{run.Raw, run.Raw + run.RawN}
		if run.N != run.RawN || run.N == 0 {
			span := o.cover(raw)
			run.Raw, run.RawN, run.Style = span.Start, span.Len(), o.Style
			if run.N == run.RawN && run.N > 1 {
				// Equal lengths would say that it stands there verbatim.
				rest := Run{Value: run.Value + 1, N: run.N - 1, Raw: span.End, Style: o.Style}
				run.N = 1
				runs = append(runs, run, rest)
				continue
			}
			runs = append(runs, run)
			continue
		}
		for _, piece := range o.pieces(raw) {
			piece.Value += run.Value - raw.Start
			runs = append(runs, piece)
		}
	}
	return runs
}

// pieces gives the runs of bytes [span.Start, span.End) of the text.
func (o *Origin) pieces(span Span) []Run {
	if o.Runs == nil {
		return []Run{{Value: span.Start, N: span.Len(), Raw: o.Span.Start + span.Start, RawN: span.Len(), Style: o.Style}}
	}
	var pieces []Run
	for _, run := range o.Runs[o.runAt(span.Start):] {
		if run.Value >= span.End {
			break
		}
		from, to := max(span.Start, run.Value), min(span.End, run.Value+run.N)
		if run.N == run.RawN {
			run.Raw += from - run.Value
			run.RawN = to - from
		} else if to-from == run.RawN && to-from > 1 {
			// A part of an escape that happens to be as long as the escape.
			pieces = append(pieces, Run{Value: from, N: 1, Raw: run.Raw, RawN: run.RawN, Style: run.Style})
			from++
			run.Raw, run.RawN = run.Raw+run.RawN, 0
		}
		run.Value, run.N = from, to-from
		pieces = append(pieces, run)
	}
	return pieces
}

// cover gives the bytes of the file from the first to the last that wrote bytes of the text; all of the value where it
// cannot be traced.
func (o *Origin) cover(span Span) Span {
	switch {
	case o.Runs == nil:
		return Span{min(o.Span.Start+span.Start, o.Span.End), min(o.Span.Start+span.End, o.Span.End)}
	case len(o.Runs) == 0:
		return o.Span
	}
	start := o.rawAt(span.Start)
	end := start
	if span.End > span.Start {
		last := o.Runs[min(o.runAt(span.End-1), len(o.Runs)-1)]
		end = last.Raw + last.RawN
		if last.N == last.RawN {
			end = min(end, last.Raw+span.End-last.Value)
		}
	}
	return Span{start, max(start, end)}
}

// rawAt is where the byte at an offset of the text is written; behind the last byte, where the text ends.
func (o *Origin) rawAt(offset int) int {
	// An empty place at the end of a line belongs to that line, not to the next.
	if i := o.runAt(offset - 1); offset > 0 && i < len(o.Runs) && o.Runs[i].Value+o.Runs[i].N == offset {
		if next := i + 1; next < len(o.Runs) && o.Runs[next].N == o.Runs[next].RawN {
			return o.Runs[next].Raw
		}
		return o.Runs[i].Raw + o.Runs[i].RawN
	}
	i := o.runAt(offset)
	if i == len(o.Runs) {
		last := o.Runs[i-1]
		return last.Raw + last.RawN
	}
	run := o.Runs[i]
	if run.N != run.RawN {
		return run.Raw
	}
	return run.Raw + max(0, offset-run.Value)
}

// runAt finds the run that holds an offset of the text, or the first behind it.
func (o *Origin) runAt(offset int) int {
	return sort.Search(len(o.Runs), func(i int) bool { return o.Runs[i].Value+o.Runs[i].N > offset })
}

// Locate puts the places of a conf file that stands inside another file into that file.
func (f *ConfFile) Locate() {
	for i := range f.Assignments {
		f.Assignments[i].Value = f.Assignments[i].Value.located()
	}
	for i := range f.Unread {
		f.Unread[i].Origin = f.Unread[i].Origin.Located()
	}
	f.RefusedAt = f.RefusedAt.Located()
	if within := f.Source.Within; within != nil && within.KeySpan.Len() > 0 {
		f.Name = Origin{Source: within.Source, Span: within.KeySpan, Key: within.Key, Format: within.Format, Runs: []Run{}}
	}
	f.Source = f.Source.file()
}

// Locate puts the places of a properties file that stands inside another file into that file.
func (f *PropertiesFile) Locate() {
	for i := range f.Entries {
		f.Entries[i].Value = f.Entries[i].Value.located()
	}
	for i := range f.Disagreements {
		f.Disagreements[i].Origin = f.Disagreements[i].Origin.Located()
	}
	f.RefusedAt = f.RefusedAt.Located()
	f.Source = f.Source.file()
}

// Locate puts the places of a container that is declared in a text inside another file into that file. The values of a
// chart stay in the text, for whoever adds one.
func (c *Container) Locate() {
	c.Origin, c.Image = c.Origin.Located(), c.Image.located()
	for i := range c.Environment {
		c.Environment[i].Value = c.Environment[i].Value.located()
	}
	for i := range c.Volumes {
		c.Volumes[i].Origin = c.Volumes[i].Origin.Located()
	}
}

func (s Setting) located() Setting {
	s.Origin = s.Origin.Located()
	for i, via := range s.Via {
		if via.Source != nil && via.Source.Within != nil {
			s.Via = append([]Origin(nil), s.Via...)
			s.Via[i] = via.Located()
		}
	}
	return s
}

// file is the file in which a source stands, or itself.
func (s *Source) file() *Source {
	if s.Within != nil {
		return s.Within.Source
	}
	return s
}

// NewEmbedded makes a source of a value that is a text by itself, a file in a ConfigMap. Its name and path are those of
// the file that holds it.
func NewEmbedded(value Setting) *Source {
	within := value.Origin.Located()
	outer := within.Source
	return &Source{Name: outer.Name, Path: outer.Path, Mode: outer.Mode, InWorkTree: outer.InWorkTree, Text: []byte(value.Text), Within: &within}
}
