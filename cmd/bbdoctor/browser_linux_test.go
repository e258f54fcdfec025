package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// browser is a real Chromium without a window, spoken to over two pipes in its own protocol, one message after another with
// a zero byte behind each.
type browser struct {
	t       *testing.T
	in      io.Writer
	session string

	mu      sync.Mutex
	next    int
	answers map[int]chan message
	events  []message
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// newBrowser starts Chromium with one empty page. Without it the test is skipped, unless BBDOCTOR_CHROMIUM=require.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("BBDOCTOR_CHROMIUM") == "require" {
			t.Fatal("chromium is not installed, and BBDOCTOR_CHROMIUM=require")
		}
		t.Skip("chromium is not installed")
	}
	toBrowser, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	command.ExtraFiles = []*os.File{toBrowser, fromBrowser} // 3 and 4
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = toBrowser.Close(), fromBrowser.Close()
	b := &browser{t: t, in: in, answers: map[int]chan message{}}
	done := make(chan struct{})
	go func() { defer close(done); b.listen(out) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // the process group of this one browser
		_ = command.Wait()
		_, _ = in.Close(), out.Close()
		<-done
	})
	var target struct{ TargetID string }
	b.call(&target, "Target.createTarget", map[string]any{"url": "about:blank"})
	var attached struct{ SessionID string }
	b.call(&attached, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true})
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.call(nil, domain+".enable", nil)
	}
	return b
}

func (b *browser) listen(out io.Reader) {
	reader := bufio.NewReaderSize(out, 1<<20)
	for {
		text, err := reader.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			for id, waiting := range b.answers {
				waiting <- message{ID: id, Error: &struct {
					Message string `json:"message"`
				}{"the browser is gone"}}
			}
			clear(b.answers)
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if waiting, ok := b.answers[m.ID]; ok && m.Method == "" {
			delete(b.answers, m.ID)
			waiting <- m
		} else if m.Method != "" {
			b.events = append(b.events, m)
		}
		b.mu.Unlock()
	}
}

// patience is how long the browser may take for one answer on a busy machine.
const patience = 2 * time.Minute

// call does one command and decodes its result.
func (b *browser) call(result any, method string, params any) {
	b.t.Helper()
	if err := b.try(result, method, params); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

func (b *browser) try(result any, method string, params any) error {
	waiting := make(chan message, 1)
	b.mu.Lock()
	b.next++
	id := b.next
	b.answers[id] = waiting
	b.mu.Unlock()
	command := map[string]any{"id": id, "method": method}
	if params != nil {
		command["params"] = params
	}
	if b.session != "" {
		command["sessionId"] = b.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return err
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		return err
	}
	select {
	case answer := <-waiting:
		if answer.Error != nil {
			return errors.New(answer.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(answer.Result, result)
	case <-time.After(patience):
		return errors.New("no answer")
	}
}

// open loads a page and waits until it is there. What was told of the page before is forgotten.
func (b *browser) open(url string) {
	b.t.Helper()
	b.mu.Lock()
	b.events = nil
	b.mu.Unlock()
	b.call(nil, "Page.navigate", map[string]any{"url": url})
	for end := time.Now().Add(patience); len(b.told("Page.loadEventFired")) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("%s is not loaded", url)
		}
	}
}

// told gives what the browser told of one kind since the page was opened.
func (b *browser) told(method string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, event := range b.events {
		if event.Method == method {
			all = append(all, string(event.Params))
		}
	}
	return all
}

// evaluate runs JavaScript in the page and decodes what it gives.
func (b *browser) evaluate(result any, script string) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	b.call(&answer, "Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true})
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%s\n%s", answer.ExceptionDetails.Exception.Description, script)
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		b.t.Fatalf("%v: %s", err, answer.Result.Value)
	}
}

// view sets the width of the window, the colours and the medium.
func (b *browser) view(width int, scheme, medium string) {
	b.t.Helper()
	b.call(nil, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false})
	b.call(nil, "Emulation.setEmulatedMedia", map[string]any{"media": medium, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
}

// highest bounds a picture in pixels; no more can be drawn at once.
const highest = 4000

// picture gives the page, or the beginning of a long one, as PNG in base64.
func (b *browser) picture() string {
	b.t.Helper()
	var size struct{ Width, Height int }
	b.evaluate(&size, `({width: innerWidth, height: document.documentElement.scrollHeight})`)
	var shot struct{ Data string }
	b.call(&shot, "Page.captureScreenshot", map[string]any{
		"captureBeyondViewport": true, "clip": map[string]int{"x": 0, "y": 0, "width": size.Width, "height": min(size.Height, highest), "scale": 1},
	})
	return shot.Data
}

// press presses a key as somebody at the keyboard does.
func (b *browser) press(key string, code int) {
	b.t.Helper()
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		b.call(nil, "Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code})
	}
}

// complaints are what a page should never cause: requests beside its own, messages on the console, errors.
func (b *browser) complaints(own string) []string {
	var all []string
	for _, request := range b.told("Network.requestWillBeSent") {
		var sent struct{ Request struct{ URL string } }
		if err := json.Unmarshal([]byte(request), &sent); err != nil || strings.TrimSuffix(sent.Request.URL, "#") != own {
			all = append(all, "request: "+sent.Request.URL)
		}
	}
	for _, kind := range []string{"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"} {
		for _, text := range b.told(kind) {
			all = append(all, fmt.Sprintf("%s: %s", kind, text))
		}
	}
	return all
}
