package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clew/internal/access"
	"clew/internal/db"
	"clew/internal/fault"
	"clew/internal/govuk"
	"clew/internal/ledger"
	"clew/internal/vault"
)

// A service is the program, serving until the test ends.
type service struct {
	*App
	addr string
	stop func() error
}

func serve(t *testing.T, c Config, log io.Writer) service {
	t.Helper()
	if err := govuk.Built(); err != nil {
		t.Skip(err)
	}
	c.Listen = "127.0.0.1:0"
	l, err := Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, l, slog.New(slog.NewTextHandler(log, nil))) }()
	stopped := false
	stop := func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return errors.Join(<-ended, a.Close())
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return service{a, l.Addr().String(), stop}
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func TestHealthAndMetrics(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	figures := free.Addr().String()
	free.Close()
	s := serve(t, Config{Data: t.TempDir(), Metrics: figures}, io.Discard)
	site := "http://" + s.addr
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if status, body := get(t, http.DefaultClient, site+path); status != 200 || body != want {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
	get(t, http.DefaultClient, site+"/people/Quillfeather-canary")
	get(t, http.DefaultClient, site+"/nowhere/Quillfeather-canary")
	get(t, http.DefaultClient, site+"/favicon.svg")
	if status, _ := get(t, http.DefaultClient, site+"/metrics"); status != http.StatusNotFound {
		t.Errorf("figures on the address of the pages: status %d", status)
	}
	_, body := get(t, http.DefaultClient, "http://"+figures+"/metrics")
	for _, want := range []string{`clew_requests_total{method="GET",route="GET /favicon.svg"`, "clew_request_seconds_bucket", "clew_imports_waiting 0", "clew_disk_free_bytes"} {
		if !strings.Contains(body, want) {
			t.Errorf("the figures have no %s", want)
		}
	}
	if strings.Contains(body, "canary") {
		t.Error("the figures hold an address")
	}
	h := &health{app: s.App}
	if wrong := s.wrong(t.Context()); len(wrong) > 0 {
		t.Error(wrong)
	}
	entry := func() {
		t.Helper()
		if err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			return ledger.Note(t.Context(), tx, ledger.Entry{Account: "program", Verb: ledger.Consultation, Action: "read a person", Outcome: ledger.Done})
		}); err != nil {
			t.Fatal(err)
		}
	}
	entry()
	another, err := ledger.Open(t.Context(), s.db, s.config.LedgerKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := another.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wrong := s.wrong(t.Context()); len(wrong) != 1 {
		t.Errorf("with a key that was changed: %v", wrong)
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if wrong := h.wrong(t.Context()); len(wrong) != 2 {
		t.Errorf("with the database gone: %v", wrong)
	}
}

// certify writes a certificate for this computer, and its key.
func certify(t *testing.T, cert, key string, serial int64, until time.Time) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "clew"}, NotBefore: until.Add(-90 * 24 * time.Hour), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, is, is, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	kd, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: kd}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		// Two files may be written within one tick of the disk's clock.
		at := time.Now().Add(time.Duration(serial) * time.Hour)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTLS(t *testing.T) {
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	certify(t, cert, key, 1, time.Now().Add(60*24*time.Hour))
	s := serve(t, Config{Data: t.TempDir(), Cert: cert, Key: key}, io.Discard)
	shown := func() int64 {
		t.Helper()
		c, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := shown(); n != 1 {
		t.Errorf("shows certificate %d", n)
	}
	certify(t, cert, key, 2, time.Now().Add(60*24*time.Hour))
	if n := shown(); n != 2 {
		t.Errorf("after it was changed, shows certificate %d", n)
	}
	if err := os.WriteFile(cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := shown(); n != 2 {
		t.Errorf("with one that cannot be read, shows certificate %d", n)
	}
	if c, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		c.Close()
		t.Error("speaks TLS 1.1")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if status, _ := get(t, client, "https://"+s.addr+"/healthz"); status != 200 {
		t.Errorf("by TLS: status %d", status)
	}
	client.CloseIdleConnections()
}

func TestExpiry(t *testing.T) {
	folder := t.TempDir()
	cert, key := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	until := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	certify(t, cert, key, 1, until)
	c, err := newCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for before, want := range map[time.Duration]string{30 * 24 * time.Hour: "", 24 * time.Hour: "expires on 1 May 2026", -time.Hour: "expired on 1 May 2026"} {
		if said := c.expiry(until.Add(-before)); !strings.Contains(said, want) || want == "" && said != "" {
			t.Errorf("%v before: %q, want %q", before, said, want)
		}
	}
	if _, err := newCertificate(cert, cert, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a certificate without its key is taken")
	}
}

func TestListenElsewhere(t *testing.T) {
	for listen, c := range map[string]Config{"0.0.0.0:0": {}, "nonsense": {}, "127.0.0.1:0": {Cert: "only.pem"}, "localhost:0": {Cert: "not-there.pem", Key: "not-there.pem"}} {
		c.Listen = listen
		if l, err := Listen(c); err == nil {
			l.Close()
			t.Errorf("listens on %s with %+v", listen, c)
		} else if _, ok := errors.AsType[fault.Invalid](err); !ok {
			t.Errorf("%s: %v", listen, err)
		}
	}
	proxies, err := ParseProxies([]string{"10.0.0.5", "10.1.0.0/16"})
	if err != nil || len(proxies) != 2 {
		t.Errorf("proxies: %v, %v", proxies, err)
	}
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name is taken for an address")
	}
	l, err := Listen(Config{Listen: "0.0.0.0:0", Behind: proxies})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestUnprotected(t *testing.T) {
	for address, want := range map[string]bool{
		"":                                false,
		"postgres://u@localhost/clew":     false,
		"postgres://u@/clew?host=/run/pg": false,
		"postgres://u@db.example/clew":    true, // which may go without
		"postgres://u@db.example/clew?sslmode=disable":     true,
		"postgres://u@db.example/clew?sslmode=verify-full": false,
		"postgres://u@db.example/clew?sslmode=require":     false,
	} {
		if got := Unprotected(address) != ""; got != want {
			t.Errorf("%s: unprotected %v, want %v", address, got, want)
		}
	}
}

// TestWithoutMasterKey starts over a database whose master key is gone.
func TestWithoutMasterKey(t *testing.T) {
	c := Config{Data: t.TempDir()}
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Close(), os.Rename(filepath.Join(c.Data, "master.key"), filepath.Join(c.Data, "elsewhere"))); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	s := serve(t, c, &log)
	if status, _ := get(t, http.DefaultClient, "http://"+s.addr+"/"); status != 200 {
		t.Errorf("the first page: status %d", status)
	}
	if _, err := s.Vault.Keep(t.Context(), access.Program("x", "x"), "r1v", vault.Detail{Kind: "phone", Value: "1"}); !errors.Is(err, fault.ReadOnly) {
		t.Errorf("kept without a master key: %v", err)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "the master key is missing") {
		t.Errorf("the log says %s", log.String())
	}
	if fileThere(filepath.Join(c.Data, "master.key")) {
		t.Error("a master key was made over an old database")
	}
}
