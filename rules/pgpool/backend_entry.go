package pgpool

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bbdoctor/bbdoctor/checks/facts"
	"github.com/bbdoctor/bbdoctor/rules"
)

// judgeEntry judges one entry; ok is false when its number is not known.
func judgeEntry(p *rules.Pass, position int, entry facts.BackendEntry) (n node, ok bool) {
	fields := slices.Clone(entry.Fields)
	for i := range fields {
		fields[i].Text = strings.Trim(fields[i].Text, `"'`) // judgeQuotes speaks of them
	}
	text := strings.Trim(entry.Text, `"'`)
	if ipv6(text, fields) {
		p.Failf(entry.Origin, "the backend node %s has an IPv6 address, whose colons the list takes for the ends of fields", text).
			Helpf("Write a host name that resolves to the address.")
		return node{}, false
	}
	index, err := strconv.Atoi(fields[0].Text)
	switch {
	case err != nil || index < 0:
		message := "the backend node %s does not begin with its number: Pgpool-II does not start"
		if fields[0].Text == "" {
			message = "the backend node %s has no number before the colon: the image does not start"
		}
		p.Failf(fields[0].Origin, message, text).Helpf("Write %d:%s.", position, strings.TrimPrefix(text, ":"))
		return node{}, false
	case index > maxBackend:
		p.Failf(fields[0].Origin, "the backend node %s has a number above %d: Pgpool-II does not start", text, maxBackend).
			Helpf("Number the nodes from 0.")
		return node{}, false
	}
	n = node{index: index, indexAt: fields[0].Origin, hostAt: entry.Origin, text: text}
	if len(fields) < 2 || strings.Trim(text[len(fields[0].Text):], ":") == "" {
		p.Failf(entry.Origin, "the backend node %s has no host: the image does not start", text).
			Helpf("Write %d:host:5432.", index)
		return n, true
	}
	if at := hole(fields); at >= 0 {
		p.Failf(entry.Origin, "the backend node %s has an empty field: the image drops it, and %s is taken for %s", text, fields[at+1].Text, takenFor(fields[:at+1])).
			Helpf("Write the field out; the order is number:host:port:weight:directory:flag, and 5432 and 1 are the defaults of port and weight.")
		return n, true
	}
	n.address = judgeFields(p, fields, text)
	return n, true
}

// takenFor names the field for which the image takes what stands behind the given fields, the empty ones among which it
// drops.
func takenFor(before []facts.ListItem) string {
	names := []string{"the number", "the host", "the port", "the weight", "the directory", "the flag"}
	n := 0
	for _, field := range before {
		if field.Text != "" {
			n++
		}
	}
	return names[min(n, len(names)-1)]
}

// hole finds an empty field with another one behind it, -1 without any.
func hole(fields []facts.ListItem) int {
	for at := 1; at+1 < len(fields); at++ {
		if fields[at].Text == "" && fields[at+1].Text != "" {
			return at
		}
	}
	return -1
}

// judgeFields judges port and weight and gives host and port.
func judgeFields(p *rules.Pass, fields []facts.ListItem, text string) (address string) {
	port := "5432"
	if len(fields) > 2 && fields[2].Text != "" {
		port = fields[2].Text
		if !validPort(port) {
			p.Failf(fields[2].Origin, "the backend node %s has the port %s, which is no number between 1024 and 65535: Pgpool-II does not start", text, port).
				Helpf("Write the port on which PostgreSQL listens, usually 5432.")
		}
	}
	if len(fields) > 3 && fields[3].Text != "" {
		weight, err := strconv.ParseFloat(fields[3].Text, 64)
		switch {
		case err != nil:
			p.Failf(fields[3].Origin, "the backend node %s has %s where its weight stands: Pgpool-II takes it for 0 without a word", text, fields[3].Text).
				As(rules.Warning).Helpf("Write the weight before it; the order is number:host:port:weight:directory:flag.")
		case weight < 0:
			p.Failf(fields[3].Origin, "the backend node %s has a negative weight: Pgpool-II does not start", text).
				Helpf("Write 1.")
		}
	}
	return fields[1].Text + ":" + port
}

func validPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= 1024 && port <= 65535
}

// ipv6 says whether an entry holds an IPv6 address, in brackets or bare.
func ipv6(text string, fields []facts.ListItem) bool {
	if strings.Contains(text, "[") {
		return true
	}
	if len(fields) < 4 || !strings.Contains(text, "::") && len(fields) < 9 {
		return false
	}
	for n, field := range fields[1:] {
		if n == 0 && len(field.Text) != 4 && field.Text != "" || len(field.Text) > 4 || strings.Trim(strings.ToLower(field.Text), "0123456789abcdef") != "" {
			return false
		}
	}
	return true
}
