package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/r3labs/sse/v2"
)

// The library takes the end of an answer as the end of its work, does not obey `retry`, and takes what a cut leaves of
// a block for an event. It keeps the last id.
func readWithR3labs(url string) error {
	client := sse.NewClient(url)
	client.Connection.Transport = wholeBlocksTransport{http.DefaultTransport}
	retry := 3 * time.Second
	for {
		// An error means that the library gave up: it does after a quarter of an hour.
		_ = client.SubscribeRaw(func(event *sse.Event) {
			if ms, err := strconv.Atoi(string(event.Retry)); err == nil {
				retry = time.Duration(ms) * time.Millisecond
			}
			report(string(event.Event), string(event.Data), string(event.ID))
		})
		time.Sleep(retry)
	}
}
