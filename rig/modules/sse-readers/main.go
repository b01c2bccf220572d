// Reads an event stream with a library in wide use, and prints each event as a line of JSON.
//
// Usage: go-sse-readers LIBRARY URL SILENCE
//
// SILENCE is in seconds. Heartbeats come every 15 s, so that a connection which is silent for 45 s is dead.
//
// Each reader is written as its users write it, with what it needs to come back after each end of a connection.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"
)

// An event as EventSource would report it: ID is the last event id at that moment.
type event struct {
	Event string `json:"event"`
	Data  string `json:"data"`
	ID    string `json:"id"`
}

var readers = map[string]func(url string, transport http.RoundTripper) error{
	"r3labs/sse":     readWithR3labs,
	"tmaxmax/go-sse": readWithTmaxmax,
	"bufio.Scanner":  readWithScanner,
}

func main() {
	if len(os.Args) != 4 || readers[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "expected r3labs/sse, tmaxmax/go-sse or bufio.Scanner, a URL and seconds")
		os.Exit(2)
	}
	silence, err := time.ParseDuration(os.Args[3] + "s")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := readers[os.Args[1]](os.Args[2], newReadDeadlineTransport(silence)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(name, data, id string) {
	if name == "" {
		name = "message"
	}
	line, err := json.Marshal(event{name, data, id})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}
