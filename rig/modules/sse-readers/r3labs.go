package main

import (
	"strconv"
	"time"

	"github.com/r3labs/sse/v2"
)

// The library takes the end of an answer as the end of its work, and does not obey `retry`. It keeps the last id.
func readWithR3labs(url string) error {
	client := sse.NewClient(url)
	retry := 3 * time.Second
	for {
		// An error means that the library gave up after a quarter of an hour.
		_ = client.SubscribeRaw(func(event *sse.Event) {
			if ms, err := strconv.Atoi(string(event.Retry)); err == nil {
				retry = time.Duration(ms) * time.Millisecond
			}
			report(string(event.Event), string(event.Data), string(event.ID))
		})
		time.Sleep(retry)
	}
}
