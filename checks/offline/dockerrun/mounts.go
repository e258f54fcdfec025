package dockerrun

import (
	encoding "encoding/csv"
	"path"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
)

// csv takes apart a list of fields as docker does; nil if it cannot.
func csv(text string) []string {
	fields, err := encoding.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return nil
	}
	return fields
}

// publish takes the value of -p: [[ip:]host:]container[/protocol], or published=...,target=...,protocol=... .
func (c *command) publish(v value) {
	port := facts.Port{Protocol: "tcp", Origin: c.origin(v, "")}
	text := c.text(v)
	if strings.Contains(text, "=") {
		for _, field := range strings.Split(text, ",") {
			switch key, value, _ := strings.Cut(field, "="); key {
			case "published":
				port.Host = value
			case "target":
				port.Container = value
			case "protocol":
				port.Protocol = value
			}
		}
	} else {
		if at := strings.LastIndexByte(text, '/'); at >= 0 {
			text, port.Protocol = text[:at], strings.ToLower(text[at+1:])
		}
		if at := strings.LastIndexByte(text, ':'); at >= 0 {
			text, port.Container = text[:at], text[at+1:]
			port.Host = text
			if at := strings.LastIndexByte(text, ':'); at >= 0 {
				port.HostIP, port.Host = strings.Trim(text[:at], "[]"), text[at+1:]
			}
		} else {
			port.Container = text
		}
	}
	if port.Container == "" {
		c.problem(c.span(v), c.Program.name+" starts nothing, because the port of the container is missing; write HOST:CONTAINER")
		return
	}
	c.container.Ports = append(c.container.Ports, port)
}

// volume takes the value of -v: [source:]target[:options]. A drive letter of Windows belongs to the source.
func (c *command) volume(v value) {
	parts := strings.Split(c.text(v), ":")
	if len(parts) > 1 && len(parts[0]) == 1 && (strings.HasPrefix(parts[1], `\`) || len(parts) > 2 && strings.HasPrefix(parts[2], "/")) {
		parts = append([]string{parts[0] + ":" + parts[1]}, parts[2:]...)
	}
	volume := facts.Volume{Origin: c.origin(v, "")}
	if len(parts) == 1 {
		volume.Target = parts[0]
	} else {
		volume.Source, volume.Target = parts[0], parts[1]
	}
	c.addVolume(volume)
}

// tmpfs takes the value of --tmpfs: a path, perhaps with options behind a colon.
func (c *command) tmpfs(v value) {
	target, _, _ := strings.Cut(c.text(v), ":")
	if target == "" {
		return
	}
	c.addVolume(facts.Volume{Target: target, Temporary: true, Origin: c.origin(v, "")})
}

// mount takes the value of --mount: type=bind,source=...,target=... .
func (c *command) mount(v value) {
	volume := facts.Volume{Origin: c.origin(v, "")}
	for _, field := range csv(strings.TrimSpace(c.text(v))) {
		key, value, _ := strings.Cut(field, "=")
		switch strings.ToLower(key) {
		case "type":
			kind := strings.ToLower(value)
			volume.Temporary = kind == "tmpfs" || kind == "ramfs"
		case "source", "src":
			volume.Source = value
		case "target", "dst", "destination":
			volume.Target = value
		}
	}
	c.addVolume(volume)
}

func (c *command) addVolume(volume facts.Volume) {
	if volume.Target == "" {
		c.problem(volume.Origin.Span, c.Program.name+" starts nothing, because the volume has no path in the container; write SOURCE:TARGET")
		return
	}
	volume.Target = path.Clean(volume.Target)
	c.container.Volumes = append(c.container.Volumes, volume)
}
