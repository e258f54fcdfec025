package report

import (
	"fmt"
	"strings"
)

// The measures of the drawings, in units of their view box.
const (
	boxWidth   = 292
	boxGap     = 24
	columnGap  = 62
	lineHeight = 19
	boxTop     = 34 // to the first line below the name
	textInset  = 12
	boxChars   = 37 // that fit into a box at the size of the text
)

// drawing is the topology as boxes and lines.
type drawing struct {
	Width, Height int
	Heads         []drawnText
	Boxes         []drawnBox
	Links         []drawnLink
	// Words tells the same as text.
	Words string
}

type drawnBox struct {
	X, Y, Width, Height int
	Name                drawnText
	Badge               drawnText
	// Class is "down" for a server that is down, "primary" for the primary: another outline each.
	Class string
	Lines []drawnText
	// Full is everything that the box says, nothing cut.
	Full string
}

// Inner gives the second outline of the primary.
func (b drawnBox) Inner() drawnBox {
	return drawnBox{X: b.X + 4, Y: b.Y + 4, Width: b.Width - 8, Height: b.Height - 8}
}

type drawnText struct {
	X, Y  int
	Text  string
	Class string
}

type drawnLink struct {
	X1, Y1, X2, Y2 int
	Class          string
}

// draw puts the tiers side by side, each in the middle of its column.
func (t topology) draw() drawing {
	var tiers [][]member
	var heads []string
	for _, tier := range []struct {
		name    string
		members []member
	}{{"Bitbucket", t.Bitbucket}, {"Pgpool-II", t.Pgpool}, {"PostgreSQL", t.Nodes}} {
		if len(tier.members) > 0 {
			tiers, heads = append(tiers, tier.members), append(heads, tier.name)
		}
	}
	const top = 30
	heights := make([]int, len(tiers))
	d := drawing{}
	for i, tier := range tiers {
		for _, m := range tier {
			heights[i] += m.height() + boxGap
		}
		heights[i] -= boxGap
		d.Height = max(d.Height, heights[i])
	}
	var words []string
	var before []drawnBox
	for i, tier := range tiers {
		x, y := 2+i*(boxWidth+columnGap), top+(d.Height-heights[i])/2
		d.Heads = append(d.Heads, drawnText{x, 18, heads[i], "tier"})
		var boxes []drawnBox
		for _, m := range tier {
			box := m.draw(x, y)
			boxes, words = append(boxes, box), append(words, box.Full)
			y += box.Height + boxGap
		}
		d.Links = append(d.Links, links(before, boxes)...)
		d.Boxes = append(d.Boxes, boxes...)
		before = boxes
	}
	d.Width, d.Height = 4+len(tiers)*(boxWidth+columnGap)-columnGap, d.Height+top+6
	d.Words = strings.Join(words, " ")
	return d
}

// height is that of the member's box.
func (m member) height() int { return boxTop + len(m.lines())*lineHeight + 4 }

// lines are what stands below the name.
func (m member) lines() []string {
	var lines []string
	add := func(head string, all []string) {
		if len(all) == 0 {
			lines = append(lines, "not "+head)
		}
		for i, line := range all {
			if i == 0 {
				line = head + ": " + line
			} else {
				line = "   " + line
			}
			lines = append(lines, line)
		}
	}
	add("declared", m.Declared)
	add("measured", m.Measured)
	return lines
}

func (m member) draw(x, y int) drawnBox {
	box := drawnBox{X: x, Y: y, Width: boxWidth, Height: m.height(), Name: drawnText{x + textInset, y + 22, fitting(m.Name, 26), "name"}}
	badge := ""
	switch {
	case m.State == "down":
		badge, box.Class = "DOWN", "down"
	case m.Role == "primary":
		badge, box.Class = "PRIMARY", "primary"
	case m.Role == "standby":
		badge = "STANDBY"
	}
	box.Badge = drawnText{x + boxWidth - textInset, y + 22, badge, "badge"}
	at := y + boxTop + 10
	for _, line := range m.lines() {
		class := "line"
		indent := 0
		if rest, ok := strings.CutPrefix(line, "   "); ok {
			line, indent = rest, 62
		}
		box.Lines = append(box.Lines, drawnText{x + textInset + indent, at, fitting(line, boxChars-indent/7), class})
		at += lineHeight
	}
	box.Full = strings.TrimSpace(fmt.Sprintf("%s %s", m.Name, strings.ToLower(badge))) + ": " + strings.Join(strings.Fields(strings.Join(m.lines(), "; ")), " ") + "."
	return box
}

// mostLinks bounds the lines between two tiers; beyond it they would only blacken the page.
const mostLinks = 24

func links(from, to []drawnBox) []drawnLink {
	if len(from)*len(to) > mostLinks {
		return nil
	}
	var all []drawnLink
	for _, a := range from {
		for _, b := range to {
			all = append(all, drawnLink{a.X + a.Width, a.Y + a.Height/2, b.X - 3, b.Y + b.Height/2, b.Class})
		}
	}
	return all
}

// fitting cuts a text after so many characters.
func fitting(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:most-1]) + "…"
}

// chart is a budget as bars.
type chart struct {
	Width, Height int
	Groups        []chartGroup
}

type chartGroup struct {
	Head drawnText
	Bars []chartBar
}

type chartBar struct {
	Label, Value, Sum drawnText
	X, Y, Width       int
	Height            int
	// Mark is where what may be asked for ends, MarkTop and MarkBottom the line there; 0 when nobody knows it.
	Mark, MarkTop, MarkBottom int
	Class                     string
	Full                      string
}

// The measures of the chart.
const (
	chartWidth = 960
	chartBars  = 660 // the longest bar
	barHeight  = 16
)

// draw makes bars in one scale for all groups.
func (b budget) draw() chart {
	most := 1
	for _, group := range b.Groups {
		for _, row := range group.Rows {
			most = max(most, row.Value)
		}
	}
	c := chart{Width: chartWidth}
	y := 0
	for _, group := range b.Groups {
		y += 20
		out := chartGroup{Head: drawnText{0, y, group.Title, "tier"}}
		y += 12
		for _, row := range group.Rows {
			bar := chartBar{Y: y + 20, Height: barHeight, Width: int(int64(row.Value) * chartBars / int64(most)), Class: "accepts"}
			value := "not known"
			if row.Known {
				bar.Width = max(bar.Width, 2)
				value = fmt.Sprint(row.Value)
			}
			if row.Asks {
				bar.Class = "asks"
			}
			if row.Against > 0 {
				bar.Mark, bar.MarkTop, bar.MarkBottom = int(int64(row.Against)*chartBars/int64(most)), bar.Y, bar.Y+barHeight+5
			}
			if row.Short > 0 {
				value += fmt.Sprintf(", %d too few", row.Short)
				bar.Class = "short"
			}
			bar.Label = drawnText{0, y + 14, fitting(row.Label, 36), "name"}
			if row.Measured {
				bar.Label.Text += " (measured)"
			}
			// The figure stands behind the line when it would stand on it.
			bar.Value = drawnText{bar.Width + 8, y + 20 + 13, value, "value"}
			if bar.Mark >= bar.Width && bar.Mark < bar.Value.X+8*len(value) {
				bar.Value.X = bar.Mark + 8
			}
			bar.Sum = drawnText{chartWidth, y + 14, fitting(row.Sum, 84), "sum"}
			bar.Full = row.Label + ": " + value + ". " + row.Sum
			out.Bars = append(out.Bars, bar)
			y += 46
		}
		c.Groups = append(c.Groups, out)
		y += 14
	}
	c.Height = max(y, 1)
	return c
}
