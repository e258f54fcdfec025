package facts

import "strconv"

// Parameter gives a running parameter of Pgpool-II by its name in pgpool.conf; ok is false when it was not measured.
func (s *Snapshot) Parameter(name string) (parameter Measured, ok bool) {
	for _, parameter := range s.Pgpool {
		if parameter.Name == name {
			return parameter, true
		}
	}
	return Measured{}, false
}

// ParameterInt is Parameter for a number, in the parameter's own unit; ok is false when it is none.
func (s *Snapshot) ParameterInt(name string) (number int, ok bool) {
	parameter, _ := s.Parameter(name)
	number, err := strconv.Atoi(parameter.Norm)
	return number, err == nil
}
