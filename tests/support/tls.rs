//! A server of this computer behind TLS, with a certificate that nobody but the test vouches for.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::proxy::{forward, receive};

/// The proxy; it ends with the process.
pub struct Tls {
    pub port: u16,
    /// The certificate of the authority that vouches for the server's.
    pub ca: String,
    asked: Arc<AtomicUsize>,
}

impl Tls {
    /// Before a server, under these names; `expired` makes a certificate that was good once.
    pub fn before(server: u16, names: &[&str], expired: bool) -> Self {
        let (ca_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = authority.self_signed(&ca_key).unwrap().pem();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        if expired {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        }
        let own = params.signed_by(&key, &Issuer::new(authority, ca_key)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (config, count) = (Arc::clone(&config), Arc::clone(&count));
                std::thread::spawn(move || {
                    let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), client);
                    // A client that does not trust it hangs up before it asks.
                    let Ok(Some((head, body))) = receive(&mut stream) else { return };
                    count.fetch_add(1, Ordering::SeqCst);
                    if let Ok(answer) = forward(&head, &body, server) {
                        let _gone = stream.write_all(&answer);
                        stream.conn.send_close_notify();
                        let _gone = stream.flush();
                    }
                });
            }
        });
        Self { port, ca, asked }
    }

    /// How many requests came through.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
