//! A proxy before any server of this computer that breaks connections at just the moment that a test names:
//! for the protocols of databases and directories, of which it understands nothing.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Where the connection breaks.
#[derive(Clone, Debug)]
pub(crate) enum Cut {
    /// Before the server hears of what holds this text.
    Before(Vec<u8>),
    /// After the server has heard of what holds this text, and so many bytes of its answer came back.
    After(Vec<u8>, usize),
    /// The server hears of what holds this text, and these bytes come back instead of its answer.
    Instead(Vec<u8>, Vec<u8>),
    /// Every connection that is made from now on breaks at once, until there is another order.
    Refuse,
}

/// What is still let through to the client of one connection.
enum Back {
    All,
    Only(usize),
    Instead(Vec<u8>),
}

/// The proxy; it ends with the process.
pub(crate) struct Tcp {
    pub(crate) port: u16,
    order: Arc<Mutex<Option<Cut>>>,
    done: Arc<AtomicUsize>,
}

impl Tcp {
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let order = Arc::new(Mutex::new(None));
        let done = Arc::new(AtomicUsize::new(0));
        let (orders, count) = (Arc::clone(&order), Arc::clone(&done));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if matches!(*orders.lock().unwrap(), Some(Cut::Refuse)) {
                    count.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                // A connection that breaks is what this proxy is for.
                drop(carry(client, server, Arc::clone(&orders), Arc::clone(&count)));
            }
        });
        Self { port, order, done }
    }

    /// The next connection that comes to it breaks there; `None` takes back what was ordered.
    pub(crate) fn order(&self, cut: Option<Cut>) {
        *self.order.lock().unwrap() = cut;
    }

    /// How many connections were broken: a fault that never came proves nothing.
    pub(crate) fn done(&self) -> usize {
        self.done.load(Ordering::SeqCst)
    }
}

fn carry(
    mut client: TcpStream,
    server: u16,
    orders: Arc<Mutex<Option<Cut>>>,
    done: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let mut upstream = TcpStream::connect(("127.0.0.1", server))?;
    let (mut answers, mut reader) = (upstream.try_clone()?, client.try_clone()?);
    let back = Arc::new(Mutex::new(Back::All));
    let heard = Arc::clone(&back);
    std::thread::spawn(move || {
        let mut piece = [0; 16_384];
        while let Ok(read @ 1..) = reader.read(&mut piece) {
            let told = &piece[..read];
            let holds = |text: &[u8]| told.windows(text.len()).any(|part| part == text);
            let mut order = orders.lock().unwrap();
            let meant = match order.as_ref() {
                Some(Cut::Before(text) | Cut::After(text, _) | Cut::Instead(text, _)) => holds(text),
                Some(Cut::Refuse) | None => false,
            };
            let cut = if meant { order.take() } else { None };
            drop(order);
            if cut.is_some() {
                done.fetch_add(1, Ordering::SeqCst);
            }
            match cut {
                Some(Cut::Before(_)) => break,
                Some(Cut::After(_, bytes)) => *heard.lock().unwrap() = Back::Only(bytes),
                Some(Cut::Instead(_, answer)) => *heard.lock().unwrap() = Back::Instead(answer),
                Some(Cut::Refuse) | None => {}
            }
            if upstream.write_all(told).is_err() {
                break;
            }
        }
        // The server sees that its client is gone, and the client that its server is.
        let _ = upstream.shutdown(Shutdown::Both);
        let _ = reader.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || {
        let mut piece = [0; 16_384];
        while let Ok(read @ 1..) = answers.read(&mut piece) {
            let mut back = back.lock().unwrap();
            let (bytes, last) = match &mut *back {
                Back::All => (&piece[..read], false),
                Back::Only(left) => {
                    let some = read.min(*left);
                    *left -= some;
                    (&piece[..some], *left == 0)
                }
                Back::Instead(answer) => (answer.as_slice(), true),
            };
            if client.write_all(bytes).is_err() || last {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = answers.shutdown(Shutdown::Both);
    });
    Ok(())
}
