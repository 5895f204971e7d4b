package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"clew/internal/db"
	"clew/internal/fault"
)

// metrics are figures of how the program is, for whoever looks after it. They name
// routes and never addresses, and nobody: what a metric holds is kept for years by
// people who may see no case.
type metrics struct {
	all      *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics(a *App) *metrics {
	m := &metrics{
		all:      prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clew_requests_total", Help: "Requests answered, by method, route and status."}, []string{"method", "route", "status"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "clew_request_seconds", Help: "Seconds a request took, by method and route.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"method", "route"}),
	}
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "clew_imports_waiting", Help: "Extracts that wait to be taken in; -1 when the database does not answer."}, func() float64 {
		n := int64(-1)
		a.db.Read(context.Background(), func(v *db.View) (err error) {
			n, err = db.One(context.Background(), v, db.Number, `SELECT COUNT(*) FROM imports WHERE state = 'waiting'`)
			return err
		})
		return float64(n)
	})
	free := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "clew_disk_free_bytes", Help: "Bytes free where the data are; -1 when not known."}, func() float64 {
		if n, known := room(a.config.Data); known {
			return float64(n)
		}
		return -1
	})
	readOnly := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "clew_read_only", Help: "1 when nothing may be changed, since the master key is missing or wrong."}, func() float64 {
		if a.Seal.Trouble() != nil {
			return 1
		}
		return 0
	})
	m.all.MustRegister(m.requests, m.took, waiting, free, readOnly, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) served(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(method, route).Observe(took.Seconds())
}

// serve answers on an address of its own, of this computer, until ctx is done.
func (m *metrics) serve(ctx context.Context, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !ofThisComputer(host) {
		return fault.Bad("metrics", "Metrics are for this computer only: write --metrics localhost:9090")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fault.Bad("metrics", "cannot listen on "+addr+": "+errors.Unwrap(err).Error())
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.all, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	go server.Serve(l)
	return nil
}
