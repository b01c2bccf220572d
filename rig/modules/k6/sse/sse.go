// Package sse is a stand-in for the k6 extension github.com/phymbert/xk6-sse, which the module proxy does not serve
// everywhere. It has the calls that loadtest/k6 needs, and keeps to how the extension behaves, in code of its own:
//
//	sse.open(url, {method, headers, body}, client => {
//		client.on('open' | 'event' | 'error', handler)
//		client.close()
//	})
package sse

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"go.k6.io/k6/js/common"
	"go.k6.io/k6/js/modules"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/metrics"
)

// Module is registered once; each VU gets an instance of its own.
type Module struct{}

type instance struct {
	vu     modules.VU
	events *metrics.Metric
}

// Client is what the last argument of open is called with, once the response head has come.
type Client struct {
	handlers map[string][]sobek.Callable
	cancel   context.CancelFunc
}

// Response is what open returns when the stream has ended.
type Response struct {
	URL     string
	Status  int
	Headers map[string]string
	Error   string
}

type params struct {
	Method  string
	Body    string
	Headers map[string]string
}

// NewModuleInstance makes the metric known in the init context, where scripts name thresholds.
func (Module) NewModuleInstance(vu modules.VU) modules.Instance {
	events := vu.InitEnv().Registry.MustNewMetric("sse_event", metrics.Counter)
	return &instance{vu: vu, events: events}
}

// Exports has a default export only, as the extension has.
func (i *instance) Exports() modules.Exports {
	return modules.Exports{Default: map[string]any{"open": i.open}}
}

// On adds a handler for 'open', 'event' or 'error'. The argument of the last one has the message as error().
func (c *Client) On(name string, handler sobek.Callable) {
	c.handlers[name] = append(c.handlers[name], handler)
}

// Close ends the stream; open then returns.
func (c *Client) Close() { c.cancel() }

func (c *Client) call(name string, args ...sobek.Value) error {
	for _, handler := range c.handlers[name] {
		if _, err := handler(sobek.Undefined(), args...); err != nil {
			return err
		}
	}
	return nil
}

// open blocks the VU until the stream ends. A connection that fails is no exception: the error stands in the response,
// and no handler runs, since there is no client yet.
func (i *instance) open(url string, options sobek.Value, setup sobek.Callable) (*Response, error) {
	state := i.vu.State()
	if state == nil {
		return nil, common.NewInitContextError("sse.open is not allowed in the init context")
	}
	ctx, cancel := context.WithCancel(i.vu.Context())
	defer cancel()
	request, err := i.newRequest(ctx, url, options)
	if err != nil {
		return nil, err
	}
	transport := newTransport(state)
	defer transport.CloseIdleConnections()
	reply, err := transport.RoundTrip(request)
	if err != nil {
		return &Response{Error: err.Error()}, nil
	}
	defer reply.Body.Close()

	client := &Client{handlers: map[string][]sobek.Callable{}, cancel: cancel}
	if _, err := setup(sobek.Undefined(), i.vu.Runtime().ToValue(client)); err != nil {
		return nil, err
	}
	if err := client.call("open"); err != nil {
		return nil, err
	}
	return responseOf(url, reply), i.read(ctx, client, reply.Body)
}

// read returns the errors of handlers. One of the connection goes to the handlers of 'error', which must close the
// client: until then open does not return, nor would that of the extension.
func (i *instance) read(ctx context.Context, client *Client, body io.Reader) error {
	var failed error
	err := parse(body, func(event Event) error {
		if ctx.Err() != nil {
			return io.EOF
		}
		i.count(ctx)
		failed = client.call("event", i.vu.Runtime().ToValue(event))
		return failed
	})
	if failed != nil || errors.Is(err, io.EOF) || ctx.Err() != nil {
		return failed
	}
	if err := client.call("error", i.vu.Runtime().ToValue(err)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (i *instance) newRequest(ctx context.Context, url string, options sobek.Value) (*http.Request, error) {
	p := params{Method: http.MethodGet}
	if !common.IsNullish(options) {
		if err := i.vu.Runtime().ExportTo(options, &p); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, strings.ToUpper(p.Method), url, strings.NewReader(p.Body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/event-stream")
	for name, value := range p.Headers {
		request.Header.Set(name, value)
	}
	return request, nil
}

// newTransport serves one stream. HTTP/1.1 only: over HTTP/2 all streams would share a connection.
func newTransport(state *lib.State) *http.Transport {
	transport := &http.Transport{DialContext: state.Dialer.DialContext, Proxy: http.ProxyFromEnvironment}
	if state.TLSConfig != nil {
		transport.TLSClientConfig = state.TLSConfig.Clone()
	} else {
		transport.TLSClientConfig = &tls.Config{}
	}
	transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
	return transport
}

func responseOf(url string, reply *http.Response) *Response {
	response := &Response{URL: url, Status: reply.StatusCode, Headers: map[string]string{}}
	for name, values := range reply.Header {
		response.Headers[name] = strings.Join(values, ", ")
	}
	return response
}

func (i *instance) count(ctx context.Context) {
	state := i.vu.State()
	tags := state.Tags.GetCurrentValues()
	metrics.PushIfNotDone(ctx, state.Samples, metrics.Sample{
		TimeSeries: metrics.TimeSeries{Metric: i.events, Tags: tags.Tags},
		Metadata:   tags.Metadata,
		Time:       time.Now(),
		Value:      1,
	})
}
