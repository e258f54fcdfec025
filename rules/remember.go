package rules

// remembered is what one rule made of the facts of a deployment and others use as well.
type remembered struct {
	value           any
	skipped, judged bool
	reason          string
}

// Remember gives what build makes of the facts, and notes what build notes: the first of the rules that judge a deployment
// builds it, the others are given the same, under a name that nothing else has. What build gives must not be changed, nor
// ask the pass that build had; build reports nothing wrong.
func Remember[T any](p *Pass, name string, build func(*Pass) T) T {
	if p.memory == nil {
		return build(p)
	}
	known, ok := p.memory[name]
	if !ok {
		own := &Pass{rule: p.rule, deployment: p.deployment}
		known.value = build(own)
		known.skipped, known.reason, known.judged = own.skipped, own.reason, own.judged
		p.memory[name] = known
	}
	p.judged = p.judged || known.judged
	if known.skipped && !p.skipped {
		p.skipped, p.reason = true, known.reason
	}
	return known.value.(T)
}
