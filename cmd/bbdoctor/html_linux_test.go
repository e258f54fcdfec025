package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// contrast finds text that is hard to read by WCAG's formula: less than 4.5 to 1 against what is behind it.
const contrast = `(() => {
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const e of document.querySelectorAll("h1,h2,h3,h4,p,td,th,li,code,pre,mark,summary,a,span,svg text")) {
    if (!e.textContent.trim()) continue;
    const style = getComputedStyle(e), svg = e.namespaceURI.endsWith("svg");
    const text = luminance(parse(svg ? style.fill : style.color));
    const back = luminance(behind(svg ? e.closest("svg").parentElement : e));
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    if (ratio < 4.5) bad.push(e.tagName + "." + (svg ? e.getAttribute("class") : e.className) + " " + ratio.toFixed(2) + " " + e.textContent.trim().slice(0, 40));
  }
  return [...new Set(bad)].slice(0, 10);
})()`

// nameless finds what takes the focus and has no name, and drawings without words.
const nameless = `[...document.querySelectorAll("a,summary,[tabindex],svg[role=img]")]
  .filter(e => !(e.getAttribute("aria-label") || e.textContent).trim()).map(e => e.outerHTML.slice(0, 80))`

// tooWide finds what makes the page wider than the window, and text that leaves its box in a drawing.
const tooWide = `(() => {
  const all = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    all.push("the page is " + document.documentElement.scrollWidth + " wide in a window of " + innerWidth);
  }
  for (const g of document.querySelectorAll("svg g")) {
    const rect = g.querySelector("rect.box");
    if (!rect) continue;
    const box = rect.getBBox();
    for (const text of g.querySelectorAll("text")) {
      const b = text.getBBox();
      if (b.x < box.x || b.x + b.width > box.x + box.width || b.y + b.height > box.y + box.height) all.push("leaves its box: " + text.textContent);
    }
  }
  return all;
})()`

// views are how the page is looked at.
var views = []struct {
	width          int
	scheme, medium string
}{{1200, "light", "screen"}, {1200, "dark", "screen"}, {400, "light", "screen"}, {800, "light", "print"}}

// TestHTMLInABrowser looks at the page in a real Chromium: nothing is loaded, nothing complains, and it can be read narrow,
// wide, light, dark, in print and with the keyboard. BBDOCTOR_SCREENSHOTS=DIR keeps the pictures for a look.
func TestHTMLInABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	pages := inputs(t)
	pages["hostile"] = []string{hostile(t)}
	pages["many"] = []string{tree(t, 8, installation)}
	for name, args := range pages {
		file := filepath.Join(t.TempDir(), name+".html")
		if _, _, stderr := doctor(t, args[0], append([]string{"check", "--format", "html=" + file, "."}, args[1:]...)...); stderr != "" {
			t.Fatalf("%s: %s", name, stderr)
		}
		url := "file://" + file
		for i, view := range views {
			if i%2 == 1 && name != "page" && name != "live" {
				continue // the parts that these two have not look no different in the dark and in print
			}
			what := fmt.Sprintf("%s-%d-%s-%s", name, view.width, view.scheme, view.medium)
			b.view(view.width, view.scheme, view.medium)
			b.open(url)
			for _, complaint := range b.complaints(url) {
				t.Errorf("%s: %s", what, complaint)
			}
			for _, script := range []string{contrast, nameless, tooWide} {
				var bad []string
				b.evaluate(&bad, script)
				if len(bad) > 0 {
					t.Errorf("%s: %s", what, strings.Join(bad, "\n\t"))
				}
			}
			looksRight(t, b, what)
		}
		b.view(1000, "light", "print")
		var hidden int
		b.evaluate(&hidden, `[...document.querySelectorAll("details > :not(summary)")].filter(e => e.getBoundingClientRect().height === 0).length`)
		if hidden > 0 {
			t.Errorf("%s: %d parts are missing in print", name, hidden)
		}
		var pdf struct{ Data string }
		b.view(1000, "light", "")
		b.call(&pdf, "Page.printToPDF", map[string]any{"printBackground": false})
		if data := decode(t, pdf.Data); !bytes.HasPrefix(data, []byte("%PDF-")) {
			t.Errorf("%s: no PDF comes out", name)
		} else {
			keep(t, name+".pdf", data)
		}
	}
	byKeyboard(t, b, pages["page"][0])
	escapes(t, b)
}

// looksRight holds a picture against what no page is: of one colour.
func looksRight(t *testing.T, b *browser, what string) {
	t.Helper()
	data := decode(t, b.picture())
	keep(t, what+".png", data)
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	colours := map[any]bool{}
	size := picture.Bounds()
	for y := 0; y < min(size.Dy(), 900); y += 3 {
		for x := 0; x < size.Dx(); x += 3 {
			colours[picture.At(x, y)] = true
		}
	}
	if len(colours) < 10 {
		t.Errorf("%s: the picture of %v has %d colours", what, size, len(colours))
	}
}

// byKeyboard goes through the page with the Tab key: the first stop leads past the top, a part opens with Enter, and what
// has the focus can be seen.
func byKeyboard(t *testing.T, b *browser, dir string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	doctor(t, dir, "check", "--format", "html="+file, ".")
	b.view(1200, "light", "screen")
	b.open("file://" + file)
	opened := false
	for i := range 200 {
		b.press("Tab", 9)
		var at struct {
			Tag, Text, Outline string
			Wanted             int
		}
		b.evaluate(&at, `(() => { const e = document.activeElement, s = getComputedStyle(e); return {tag: e.tagName, text: e.textContent.trim(), outline: s.outlineStyle + " " + s.outlineWidth, wanted: document.querySelectorAll("a[href]").length}; })()`)
		if i == 0 && at.Text != "Skip to the findings" {
			t.Errorf("the first stop is %s %q", at.Tag, at.Text)
		}
		if at.Tag == "BODY" {
			break
		}
		if !strings.HasPrefix(at.Outline, "solid") {
			t.Errorf("the focus on %s %q cannot be seen: %s", at.Tag, at.Text, at.Outline)
		}
		if at.Tag == "SUMMARY" && !opened {
			b.press("Enter", 13)
			b.call(nil, "Input.dispatchKeyEvent", map[string]any{"type": "char", "text": "\r"})
			b.evaluate(&opened, `document.activeElement.parentElement.open`)
			if !opened {
				b.press(" ", 32)
				b.call(nil, "Input.dispatchKeyEvent", map[string]any{"type": "char", "text": " "})
				b.evaluate(&opened, `document.activeElement.parentElement.open`)
			}
		}
	}
	if !opened {
		t.Error("no part could be opened with the keyboard")
	}
}

// escapes proves that the test would notice: a page that loads something, says something and runs something.
func escapes(t *testing.T, b *browser) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bad.html")
	if err := os.WriteFile(file, []byte(`<!DOCTYPE html><title>x</title><img src="http://example.com/x.png"><p style="width:3000px;color:#ccc">x</p><script>console.log("x")</script>`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.view(400, "light", "screen")
	b.open("file://" + file)
	complaints := strings.Join(b.complaints("file://"+file), "\n")
	for _, want := range []string{"request: http://example.com/x.png", "Runtime.consoleAPICalled"} {
		if !strings.Contains(complaints, want) {
			t.Errorf("a page that does what it must not is not noticed: %s among %s", want, complaints)
		}
	}
	for _, script := range []string{contrast, tooWide} {
		var bad []string
		b.evaluate(&bad, script)
		if len(bad) == 0 {
			t.Errorf("nothing is noticed by %s", script)
		}
	}
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// keep leaves a picture where somebody may look at it.
func keep(t *testing.T, name string, data []byte) {
	t.Helper()
	dir := os.Getenv("BBDOCTOR_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
