package facts

// Of many installations the environments of containers are what fills the memory, although rules look at one installation
// at a time. A container can put its environment aside in a form of a third of the size.

// packed is an assignment without the fields that hardly any has.
type packed struct {
	name, text           string
	source               *Source
	start, end           int32
	keyStart, keyEnd     int32
	via                  []Origin
	state                State
	format               Format
	style                Style
	keyed, named, normal bool // Key is the name, Origin.Key is the name, Norm is the text
	// whole is the assignment itself when it has more than that.
	whole *Assignment
}

func pack(a *Assignment) packed {
	v, o := &a.Value, &a.Value.Origin
	const most = 1 << 30
	p := packed{
		name: a.Name, text: v.Text, source: o.Source, via: v.Via, state: v.State,
		keyed: a.Name != "" && v.Key == Key(a.Name), named: a.Name != "" && o.Key == a.Name, normal: v.Text != "" && v.Norm == v.Text,
	}
	switch {
	case o.Within != 0, v.Bad != "", v.Why != "", v.Overridden != nil, o.Runs != nil, o.answer != nil,
		!p.keyed && v.Key != "", !p.named && o.Key != "", !p.normal && v.Norm != "",
		o.Span.Start > most, o.Span.End > most, o.KeySpan.Start > most, o.KeySpan.End > most:
		whole := *a
		return packed{whole: &whole}
	}
	p.format, p.style = o.Format, o.Style
	p.start, p.end, p.keyStart, p.keyEnd = int32(o.Span.Start), int32(o.Span.End), int32(o.KeySpan.Start), int32(o.KeySpan.End)
	return p
}

func (p *packed) assignment() Assignment {
	if p.whole != nil {
		return *p.whole
	}
	a := Assignment{Name: p.name, Value: Setting{Text: p.text, State: p.state, Via: p.via, Origin: Origin{
		Source: p.source, Span: Span{int(p.start), int(p.end)}, KeySpan: Span{int(p.keyStart), int(p.keyEnd)},
		Format: p.format, Style: p.style,
	}}}
	if p.keyed {
		a.Value.Key = Key(p.name)
	}
	if p.named {
		a.Value.Origin.Key = p.name
	}
	if p.normal {
		a.Value.Norm = p.text
	}
	return a
}

// Pack puts the environment aside until [Container.Unpack]; until then Environment is nil.
func (c *Container) Pack() {
	if len(c.Environment) == 0 {
		return
	}
	if c.packed == nil {
		c.packed = make([]packed, len(c.Environment))
		for i := range c.Environment {
			c.packed[i] = pack(&c.Environment[i])
		}
	}
	c.Environment = nil
}

// Unpack makes Environment what it was before [Container.Pack].
func (c *Container) Unpack() {
	if c.Environment == nil {
		c.Environment = c.Assignments()
	}
}

// Assignments are the environment, put aside or not.
func (c *Container) Assignments() []Assignment {
	if c.Environment != nil || c.packed == nil {
		return c.Environment
	}
	all := make([]Assignment, len(c.packed))
	for i := range c.packed {
		all[i] = c.packed[i].assignment()
	}
	return all
}
