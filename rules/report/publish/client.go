// Package publish puts a Code Insights report on a Bitbucket, Data Center or Cloud.
package publish

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The bounds of trying again.
const (
	attempts    = 5
	longestWait = time.Minute      // however long the server asks for
	allWaits    = 3 * time.Minute  // of one request
	oneRequest  = 30 * time.Second // until the answer is there
	answerSize  = 64 << 10         // bytes of an answer that are read
	quotedSize  = 300              // characters of an answer that are quoted
)

// Client sends requests to one Bitbucket.
type Client struct {
	// Token is sent as a bearer token; empty when a proxy authenticates. It is never part of an error.
	Token string
	// HTTP does the requests; nil for the usual one, which goes by HTTPS_PROXY and its kin.
	HTTP *http.Client
	// Sleep waits before another try; nil for a real wait.
	Sleep func(ctx context.Context, d time.Duration) error
	// Now tells the time, for a server that names one; nil for the clock.
	Now func() time.Time
	// Say is told before a wait; nil when nobody listens.
	Say func(string)
}

// StatusError is an answer that is no success.
type StatusError struct {
	// Status is the HTTP status code; Answer the server's own words, redacted and shortened.
	Status int
	Answer string
	// Method and URL are what was asked.
	Method, URL string
	// Location is where a redirect leads.
	Location string
}

// Error says what was asked and what came.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.URL, e.Status, http.StatusText(e.Status))
	if e.Answer != "" {
		text += ": " + e.Answer
	}
	return text
}

// send does one request and tries again when the server is busy or broken. restart, when not nil, is called before another
// try of a request that may have been carried out in spite of the error.
func (c *Client) send(ctx context.Context, method, target string, body any, restart func() error) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: %w", method, target, err)
		}
	}
	waited := time.Duration(0)
	for attempt := 1; ; attempt++ {
		retry, wait, err := c.once(ctx, method, target, text)
		if err == nil {
			return nil
		}
		if !retry || attempt == attempts || ctx.Err() != nil {
			return err
		}
		if wait < 0 {
			wait = time.Second << (attempt - 1)
		}
		wait = min(wait, longestWait)
		if waited += wait; waited > allWaits {
			return err
		}
		if c.Say != nil {
			c.Say(fmt.Sprintf("%v; trying again in %s", err, wait))
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
		if restart != nil {
			if err := restart(); err != nil {
				return err
			}
		}
	}
}

// once does one request. retry says whether another try has a chance, wait how long the server asks to wait, less than 0
// when it does not say.
func (c *Client) once(ctx context.Context, method, target string, body []byte) (retry bool, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, oneRequest)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return false, 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "bbdoctor")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.client().Do(request)
	if err != nil {
		return true, -1, c.unreachable(method, target, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerSize))
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return false, 0, nil // What the answer says beside that is not needed.
	}
	if err != nil {
		answer = nil
	}
	failure := &StatusError{
		Status: response.StatusCode, Method: method, URL: target,
		Answer: c.quote(answer), Location: c.redact(response.Header.Get("Location")),
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true, c.retryAfter(response.Header.Get("Retry-After")), failure
	}
	return false, 0, failure
}

// client gives the one to use. A redirect is not followed: it would make a GET of a PUT, and take the token elsewhere.
func (c *Client) client() *http.Client {
	client := http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// unreachable is a failure of the network without the parts of the URL that the message names already.
func (c *Client) unreachable(method, target string, err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s %s: %s", method, target, c.redact(err.Error()))
}

// retryAfter reads seconds or a date; less than 0 when there is neither.
func (c *Client) retryAfter(header string) time.Duration {
	if header == "" {
		return -1
	}
	if seconds, err := strconv.Atoi(strings.TrimSpace(header)); err == nil {
		return time.Duration(max(0, min(seconds, int(longestWait/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		now := time.Now
		if c.Now != nil {
			now = c.Now
		}
		return max(0, at.Sub(now()))
	}
	return -1
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// quote takes the message out of an answer of Bitbucket, or the beginning of any other.
func (c *Client) quote(answer []byte) string {
	var dataCenter struct {
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	var cloud struct {
		Error struct {
			Message string `json:"message"`
			Detail  string `json:"detail"`
		} `json:"error"`
	}
	text := string(answer)
	switch {
	case json.Unmarshal(answer, &dataCenter) == nil && len(dataCenter.Errors) > 0:
		text = dataCenter.Errors[0].Message
	case json.Unmarshal(answer, &cloud) == nil && cloud.Error.Message != "":
		text = strings.TrimSuffix(cloud.Error.Message+": "+cloud.Error.Detail, ": ")
	case strings.HasPrefix(strings.TrimSpace(text), "<"):
		return "" // A page for browsers.
	}
	characters := []rune(strings.Join(strings.Fields(c.redact(strings.ToValidUTF8(text, "�"))), " "))
	if len(characters) > quotedSize {
		characters = append(characters[:quotedSize], []rune("...")...)
	}
	return string(characters)
}

// redact takes the token out of a text that somebody else wrote.
func (c *Client) redact(text string) string {
	if c.Token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.Token, "***")
}
