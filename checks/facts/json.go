package facts

// JSONLocation is a place in a file, as the JSON outputs write it. Lines and columns count from 1, columns in Unicode code
// points, EndColumn is behind the last; offsets are bytes.
type JSONLocation struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Offset    int    `json:"offset"`
	EndOffset int    `json:"endOffset"`
	Key       string `json:"key"`
}

// Location gives an origin as JSON writes it; nil when it is in no file.
func Location(o Origin) *JSONLocation {
	if o.Source == nil {
		return nil
	}
	l := &JSONLocation{File: o.Source.Name, Offset: o.Span.Start, EndOffset: o.Span.End, Key: o.Key}
	l.Line, l.Column = o.Source.Position(o.Span.Start)
	l.EndLine, l.EndColumn = o.Source.Position(o.Span.End)
	return l
}

// FactsSchema names version 1 of the JSON facts.
const FactsSchema = "bbdoctor.facts/v1"

// JSONFacts is what bbdoctor understood, without any verdict and with every secret redacted.
type JSONFacts struct {
	Schema      string           `json:"schema"`
	Deployments []JSONDeployment `json:"deployments"`
	// Problems are those that belong to no deployment.
	Problems []JSONProblem `json:"problems"`
}

// JSONDeployment is one deployment.
type JSONDeployment struct {
	Name         string                 `json:"name"`
	Bitbucket    map[string]JSONSetting `json:"bitbucket"`
	JDBCURL      *JSONURL               `json:"jdbcUrl"`
	Pgpool       map[string]JSONSetting `json:"pgpool"`
	BackendNodes []JSONBackend          `json:"backendNodes"`
	// Instances are all Pgpool-II instances when there is more than one; Pgpool and BackendNodes are the first one's.
	Instances []JSONInstance `json:"instances,omitempty"`
	Nodes     []JSONNode     `json:"nodes"`
	Live      *Snapshot      `json:"live"`
	Problems  []JSONProblem  `json:"problems"`
}

// JSONInstance is one of several Pgpool-II instances.
type JSONInstance struct {
	Name         string                 `json:"name"`
	Pgpool       map[string]JSONSetting `json:"pgpool"`
	BackendNodes []JSONBackend          `json:"backendNodes"`
}

// JSONSetting is one value.
type JSONSetting struct {
	Value      string        `json:"value"`
	State      string        `json:"state"`
	Reason     string        `json:"reason,omitempty"`
	Location   *JSONLocation `json:"location"`
	Overridden []JSONSetting `json:"overridden"`
}

// JSONURL is what the driver makes of the effective jdbc.url.
type JSONURL struct {
	Accepted   bool            `json:"accepted"`
	Error      string          `json:"error"`
	Hosts      []JSONHost      `json:"hosts"`
	Database   string          `json:"database"`
	Parameters []JSONParameter `json:"parameters"`
}

// JSONHost is one address of the URL.
type JSONHost struct {
	Host string `json:"host"`
	Port string `json:"port"`
}

// JSONParameter is one parameter of the URL; Known says whether the driver knows the name.
type JSONParameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Known bool   `json:"known"`
}

// JSONBackend is one backend node.
type JSONBackend struct {
	Index string `json:"index"`
	Host  string `json:"host"`
	Port  string `json:"port"`
}

// JSONNode is one PostgreSQL node.
type JSONNode struct {
	Name     string                 `json:"name"`
	Settings map[string]JSONSetting `json:"settings"`
}

// JSONProblem is an input that could not be read, or not wholly.
type JSONProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// JSON gives the collection as the facts command prints it.
func (c *Collection) JSON() JSONFacts {
	out := JSONFacts{Schema: FactsSchema, Deployments: []JSONDeployment{}, Problems: jsonProblems(c.Problems)}
	for _, d := range c.Deployments {
		out.Deployments = append(out.Deployments, d.json())
	}
	return out
}

func (d *Deployment) json() JSONDeployment {
	out := JSONDeployment{
		Name: d.Name, Bitbucket: map[string]JSONSetting{}, Pgpool: map[string]JSONSetting{},
		BackendNodes: []JSONBackend{}, Nodes: []JSONNode{}, Live: d.Live, Problems: jsonProblems(d.Problems),
	}
	if b := d.Bitbucket; b != nil {
		out.Bitbucket = jsonSettings(Layers{Own: b.Settings})
		if len(b.URLs) > 0 && b.URLs[0].Known() {
			out.JDBCURL = jsonURL(b.URLs[0])
		}
	}
	for i, pgpool := range d.Pgpools {
		instance := JSONInstance{Name: pgpool.Name, Pgpool: jsonSettings(pgpool.Environment, pgpool.Settings), BackendNodes: []JSONBackend{}}
		for _, node := range pgpool.Backends {
			instance.BackendNodes = append(instance.BackendNodes, JSONBackend{node.Index, node.Host.Text, node.Port.Text})
		}
		if i == 0 {
			out.Pgpool, out.BackendNodes = instance.Pgpool, instance.BackendNodes
		}
		if len(d.Pgpools) > 1 {
			out.Instances = append(out.Instances, instance)
		}
	}
	for _, node := range d.Nodes {
		out.Nodes = append(out.Nodes, JSONNode{node.Name, jsonSettings(node.Environment, node.Settings)})
	}
	return out
}

func jsonSettings(all ...Layers) map[string]JSONSetting {
	out := map[string]JSONSetting{}
	for _, settings := range all {
		for key, setting := range settings.All() {
			if setting.State != Absent {
				out[string(key)] = jsonSetting(setting)
			}
		}
	}
	return out
}

func jsonSetting(s Setting) JSONSetting {
	out := JSONSetting{Value: s.redacted(), State: s.State.String(), Location: Location(s.Origin), Overridden: []JSONSetting{}}
	if s.State != Set {
		out.Reason = s.Why
	}
	if s.State == Default && s.Text == "" {
		out.Value = s.Norm
	}
	for _, hidden := range s.Overridden {
		out.Overridden = append(out.Overridden, jsonSetting(hidden))
	}
	return out
}

func jsonProblems(problems []Problem) []JSONProblem {
	out := make([]JSONProblem, 0, len(problems))
	for _, problem := range problems {
		line := 0
		if problem.Origin.Source != nil {
			line, _ = problem.Origin.Source.Position(problem.Origin.Span.Start)
		}
		out = append(out, JSONProblem{problem.File, line, problem.Message})
	}
	return out
}
