package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"clew/internal/fault"
	"github.com/jackc/pgx/v5"
)

// Listen opens the address to serve on. Without TLS, and not behind a proxy that has
// it, the address must be of this computer.
func Listen(c Config) (net.Listener, error) {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, fault.Bad("listen", fmt.Sprintf("%q is not an address to listen on: write localhost:8080", c.Listen))
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, fault.Bad("tls-cert", "A certificate and its key go together: give both --tls-cert and --tls-key")
	}
	if c.loopback() && !ofThisComputer(host) {
		return nil, fault.Bad("listen", "Without TLS, Clew listens on this computer only: use localhost or 127.0.0.1, or give --tls-cert and --tls-key, or --behind")
	}
	if c.Cert != "" { // before anything is opened, made or said
		if _, err := newCertificate(c.Cert, c.Key, nil); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fault.Bad("listen", fmt.Sprintf("cannot listen on %s: %v", c.Listen, errors.Unwrap(err)))
	}
	return l, nil
}

// loopback reports whether the program serves this computer only.
func (c *Config) loopback() bool { return c.Cert == "" && len(c.Behind) == 0 }

func ofThisComputer(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ParseProxies reads the addresses of proxies, each one address or a range.
func ParseProxies(texts []string) (all []netip.Prefix, err error) {
	for _, s := range texts {
		if a, err := netip.ParseAddr(s); err == nil {
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fault.Bad("behind", fmt.Sprintf("%q is no address of a proxy: write 10.0.0.5 or 10.0.0.0/24", s))
		}
		all = append(all, p)
	}
	return all, nil
}

// A certificate is the one the program shows, read again when its file changes.
type certificate struct {
	cert, key string
	log       *slog.Logger
	mu        sync.Mutex
	read      time.Time // the file's own time
	held      *tls.Certificate
}

func newCertificate(cert, key string, log *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, log: log}
	if _, err := c.get(); err != nil {
		return nil, fault.Bad("tls-cert", fmt.Sprintf("The certificate cannot be used: %v", err))
	}
	return c, nil
}

// get reads the certificate when its file, or that of its key, is newer than what is
// held. One that cannot be read leaves the old one in use.
func (c *certificate) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	newest, err := latest(c.cert, c.key)
	if err == nil && c.held != nil && newest.Equal(c.read) {
		return c.held, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.cert, c.key)
	}
	if err == nil {
		c.held, c.read = &pair, newest
		return c.held, nil
	}
	if c.held == nil {
		return nil, err
	}
	c.log.Error("the new certificate cannot be used; the old one stays", "err", err)
	c.read = newest // told once for each change
	return c.held, nil
}

func latest(files ...string) (newest time.Time, err error) {
	for _, f := range files {
		i, err := os.Stat(f)
		if err != nil {
			return newest, err
		}
		if i.ModTime().After(newest) {
			newest = i.ModTime()
		}
	}
	return newest, nil
}

// config is that of the listener: TLS 1.2 or newer.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get() },
	}
}

// soon is how long before its end a certificate is spoken of.
const soon = 14 * 24 * time.Hour

// expiry says of a certificate that it has expired, or will soon, or "".
func (c *certificate) expiry(now time.Time) string {
	held, err := c.get()
	if err != nil {
		return err.Error()
	}
	leaf := held.Leaf
	if leaf == nil {
		if leaf, err = x509.ParseCertificate(held.Certificate[0]); err != nil {
			return err.Error()
		}
	}
	day := leaf.NotAfter.Format("2 January 2006")
	switch {
	case now.After(leaf.NotAfter):
		return "the certificate expired on " + day + ": browsers refuse it. Put a new one in its place; it is read without a restart"
	case now.Add(soon).After(leaf.NotAfter):
		return "the certificate expires on " + day
	}
	return ""
}

// watch says at once, and then daily, when the certificate has expired or will soon.
func (c *certificate) watch(ctx context.Context, now func() time.Time) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if said := c.expiry(now()); said != "" {
			c.log.Warn(said)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Unprotected says of a postgres:// address that what goes over it could be read on
// the way, or "".
func Unprotected(address string) string {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return ""
	}
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return "" // opening it says what is wrong
	}
	open := func(host string, t *tls.Config) bool {
		return t == nil && !strings.HasPrefix(host, "/") && !ofThisComputer(host)
	}
	unprotected := open(c.Host, c.TLSConfig)
	for _, f := range c.Fallbacks {
		unprotected = unprotected || open(f.Host, f.TLSConfig)
	}
	if !unprotected {
		return ""
	}
	return "the database is on another computer, and the connection may go there without TLS: add sslmode=verify-full to its address"
}
