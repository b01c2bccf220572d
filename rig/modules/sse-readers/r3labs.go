package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"
)

// The library takes the end of an answer as the end of its work, does not obey `retry`, and takes what a cut leaves of
// a block for an event. Its own back-off after a cut is shorter than `retry` may be, so that the loop waits alone. It
// keeps the last id.
func readWithR3labs(url string, transport http.RoundTripper) error {
	client := sse.NewClient(url)
	client.Connection.Transport = wholeBlocksTransport{transport}
	client.ReconnectStrategy = &backoff.StopBackOff{}
	retry := 3 * time.Second
	for {
		// An error is a connection that failed or was cut.
		_ = client.SubscribeRaw(func(event *sse.Event) {
			if ms, err := strconv.Atoi(string(event.Retry)); err == nil {
				retry = time.Duration(ms) * time.Millisecond
			}
			report(string(event.Event), string(event.Data), string(event.ID))
		})
		time.Sleep(retry)
	}
}
