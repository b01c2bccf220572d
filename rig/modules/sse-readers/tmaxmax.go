package main

import (
	"net/http"

	"github.com/tmaxmax/go-sse"
)

// The library comes back by itself.
func readWithTmaxmax(url string) error {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	connection := sse.DefaultClient.NewConnection(request)
	connection.SubscribeToAll(func(event sse.Event) {
		report(event.Type, event.Data, event.LastEventID)
	})
	return connection.Connect()
}
