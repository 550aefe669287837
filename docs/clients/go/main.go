// Command tidings-client follows channels of a Tidings server over its native WebSocket protocol, through cuts and
// restarts. It prints a line of JSON for each event.
//
//	TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT go run . public:demo product:42
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	baseDelay  = 500 * time.Millisecond
	maxDelay   = 30 * time.Second
	patience   = 10 * time.Second // for a connection, and for the answer to a ping
	maxMessage = 4 << 20          // the library's own bound, 32 KiB, is less than what one answer may bring back
)

// message has the fields of all that the server sends; those of a subscribe's answers and of its errors too.
type message struct {
	Type       string          `json:"type"`
	Channel    string          `json:"channel,omitempty"`
	Event      string          `json:"event,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Offset     int             `json:"offset,omitempty"`
	Epoch      string          `json:"epoch,omitempty"`
	ID         any             `json:"id,omitempty"`
	At         int64           `json:"at,omitempty"`
	User       string          `json:"user,omitempty"`
	Protocol   int             `json:"protocol,omitempty"`
	Heartbeat  int             `json:"heartbeat,omitempty"`
	OK         bool            `json:"ok,omitempty"`
	Channels   []message       `json:"channels,omitempty"`
	Position   string          `json:"position,omitempty"`
	Recovered  bool            `json:"recovered,omitempty"`
	Events     []message       `json:"events,omitempty"`
	Overflow   string          `json:"overflow,omitempty"`
	Error      *ended          `json:"error,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	Reconnect  bool            `json:"reconnect,omitempty"`
	RetryAfter int             `json:"retryAfter,omitempty"`
}

// ended says why a session is over, when to come back, and whether not to. An error of the server reads as one too.
type ended struct {
	Code       string
	RetryAfter int // milliseconds; 0 when nobody said
	forGood    bool
}

func (e *ended) Error() string { return e.Code }

// temporary says whether what was refused with this error may succeed later.
func (e *ended) temporary() bool {
	const codes = " internal unavailable rate_limited timeout storage_unavailable storage_full "
	return strings.Contains(codes, " "+e.Code+" ")
}

func mayComeBack(code websocket.StatusCode) bool {
	switch code {
	case 1002, 1003, 1007, 1009:
		return false
	}
	return code < 4500 || code > 4999
}

type place struct {
	epoch  string
	offset int
}

type client struct {
	url   string
	token func() string // asked for each connection, so that an expired one is replaced
	// Everything up to here was handled; nil before the first subscribe. To resume in a new process too, store them
	// together with what you make of the events.
	places  map[string]*place
	mayJump map[string]bool // channels that skip events for a slow reader, as their namespace says
	attempt int
	onEvent func(message)
	onGap   func(channel, position string)
}

// run returns when ctx is done, when the server said not to come back, or when no channel is left.
func (c *client) run(ctx context.Context) error {
	for {
		err := c.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		end := &ended{Code: err.Error()}
		if errors.As(err, &end); end.forGood {
			return end
		}
		// Full jitter: clients that were cut off together do not all come back together.
		delay := rand.N(min(maxDelay, baseDelay<<min(c.attempt, 10)))
		if end.RetryAfter > 0 {
			delay = time.Duration(end.RetryAfter) * time.Millisecond
		}
		c.attempt++
		fmt.Fprintf(os.Stderr, "%v; back in %v\n", end, delay.Round(time.Millisecond))
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return nil
		}
	}
}

// session is one connection, from dial to close.
func (c *client) session(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	header := http.Header{}
	if token := c.token(); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	options := &websocket.DialOptions{Subprotocols: []string{"tidings.v1"}, HTTPHeader: header}
	ws, response, err := websocket.Dial(dialing, c.url, options)
	if err != nil {
		refused := response != nil && response.StatusCode/100 == 4 && response.StatusCode != 429
		return &ended{Code: err.Error(), forGood: refused}
	}
	defer ws.CloseNow() // does nothing after a clean close
	// Not ctx for the reads: a read whose context ends drops the connection without a word.
	defer context.AfterFunc(ctx, func() { ws.Close(websocket.StatusNormalClosure, "") })()
	ws.SetReadLimit(maxMessage)

	var notice *ended // what the server says before it closes
	for {
		var m message
		if err := wsjson.Read(context.Background(), ws, &m); err != nil {
			if notice != nil {
				return notice
			}
			return &ended{Code: err.Error(), forGood: !mayComeBack(websocket.CloseStatus(err))}
		}
		if m.Type == "disconnect" {
			notice = &ended{m.Reason, m.RetryAfter, !m.Reconnect}
			// One after the other: the next message is not read before this one is handled.
		} else if err := c.handle(ws, m); err != nil {
			return err
		}
	}
}

func (c *client) handle(ws *websocket.Conn, m message) error {
	switch {
	case m.Type == "welcome" && m.Protocol != 1:
		ws.Close(4505, "")
		return &ended{Code: "the server speaks another protocol", forGood: true}
	case m.Type == "welcome":
		go keepAlive(ws, time.Duration(m.Heartbeat)*time.Millisecond)
		return c.subscribe(ws)
	case m.Type == "reply" && !m.OK:
		m.Error.forGood = !m.Error.temporary()
		return m.Error
	case m.Type == "reply":
		for _, answer := range m.Channels {
			if err := c.subscribed(answer); err != nil {
				return err
			}
		}
		c.attempt = 0 // only now: a server that fails at once is not hammered
	case m.Type == "event":
		return c.hear(m)
	case m.Type == "unsubscribed":
		return c.leave(m.Channel, m.Error)
	}
	return nil
}

// keepAlive ends a connection that does not answer any more. The server's own pings are answered by the library.
func keepAlive(ws *websocket.Conn, every time.Duration) {
	for err := error(nil); err == nil; {
		time.Sleep(every)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err = ws.Ping(ctx)
		cancel()
	}
	ws.CloseNow()
}

func (c *client) subscribe(ws *websocket.Conn) error {
	var targets []map[string]string
	for channel, at := range c.places {
		target := map[string]string{"channel": channel}
		if at != nil {
			target["since"] = fmt.Sprintf("%s:%d", at.epoch, at.offset)
		}
		targets = append(targets, target)
	}
	command := map[string]any{"type": "subscribe", "id": 1, "channels": targets}
	return wsjson.Write(context.Background(), ws, command)
}

func (c *client) subscribed(answer message) error {
	if answer.Error != nil {
		if answer.Error.temporary() {
			return answer.Error
		}
		return c.leave(answer.Channel, answer.Error)
	}
	c.mayJump[answer.Channel] = answer.Overflow != ""
	if !answer.Recovered {
		at := place{}
		if _, err := fmt.Sscanf(strings.Replace(answer.Position, ":", " ", 1), "%s %d", &at.epoch, &at.offset); err != nil {
			return err
		}
		c.onGap(answer.Channel, answer.Position)
		c.places[answer.Channel] = &at
	}
	for _, event := range answer.Events {
		if err := c.hear(event); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) hear(event message) error {
	last := c.places[event.Channel]
	if last == nil || (event.Epoch == last.epoch && event.Offset <= last.offset) {
		return nil // left meanwhile, or heard before
	}
	if event.Epoch != last.epoch || (event.Offset != last.offset+1 && !c.mayJump[event.Channel]) {
		return &ended{Code: "a hole in " + event.Channel} // coming back reads it again, from the last place
	}
	c.onEvent(event)
	// After the handler: a crash in between repeats an event and loses none.
	*last = place{event.Epoch, event.Offset}
	return nil
}

func (c *client) leave(channel string, why *ended) error {
	fmt.Fprintf(os.Stderr, "%s: %v\n", channel, why)
	delete(c.places, channel)
	if len(c.places) == 0 {
		return &ended{Code: "no channel is left", forGood: true}
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &client{
		url:     strings.Replace(cmp.Or(os.Getenv("TIDINGS_URL"), "http://127.0.0.1:3000"), "http", "ws", 1) + "/realtime",
		token:   func() string { return os.Getenv("TIDINGS_TOKEN") },
		places:  map[string]*place{},
		mayJump: map[string]bool{},
	}
	for _, channel := range os.Args[1:] {
		c.places[channel] = nil
	}
	stdout := json.NewEncoder(os.Stdout)
	c.onEvent = func(event message) { stdout.Encode(event) }
	c.onGap = func(channel, position string) {
		// At first, and when what was missed cannot be had: load the present state from your own backend here.
		stdout.Encode(message{Type: "gap", Channel: channel, Position: position})
	}
	if err := c.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
