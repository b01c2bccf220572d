package sse

import (
	"bufio"
	"io"
	"strings"
)

// Event is what an 'event' handler is called with. Its id is the block's own, and does not last as in a browser.
type Event struct {
	ID      string
	Name    string
	Data    string
	Comment string
}

// parse hands over each block of a text/event-stream body. A block without data is handed over too, and retry is
// dropped, as in xk6-sse: a script that runs here must cope with both there.
func parse(body io.Reader, emit func(Event) error) error {
	lines := bufio.NewReader(body)
	var event Event
	var data []string
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			// What follows the last line end is no line.
			return err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			event.Data = strings.Join(data, "\n")
			if err := emit(event); err != nil {
				return err
			}
			event, data = Event{}, nil
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "":
			event.Comment = value
		case "id":
			event.ID = value
		case "event":
			event.Name = value
		case "data":
			data = append(data, value)
		}
	}
}
