package main

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// No library: the loop over lines that many programs have. A line of 64 KiB or more ends the scan.
func readWithScanner(url string, transport http.RoundTripper) error {
	client := &http.Client{Transport: transport}
	lastID, retry := "", 3*time.Second
	for {
		request, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if lastID != "" {
			request.Header.Set("Last-Event-ID", lastID)
		}
		if response, err := client.Do(request); err == nil {
			scan(response, &lastID, &retry)
		}
		time.Sleep(retry)
	}
}

func scan(response *http.Response, lastID *string, retry *time.Duration) {
	defer response.Body.Close()
	name, id, data := "", *lastID, []string{}
	scanner := bufio.NewScanner(response.Body)
	for scanner.Scan() {
		field, value, _ := strings.Cut(scanner.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case scanner.Text() == "":
			*lastID = id
			if len(data) > 0 {
				report(name, strings.Join(data, "\n"), id)
			}
			name, data = "", []string{}
		case field == "event":
			name = value
		case field == "id":
			id = value
		case field == "data":
			data = append(data, value)
		case field == "retry":
			if ms, err := strconv.Atoi(value); err == nil {
				*retry = time.Duration(ms) * time.Millisecond
			}
		}
	}
}
