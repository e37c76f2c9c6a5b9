//! A gate before a server of this computer: it lets so many writes through, and holds the others until it
//! is opened. So a test has as long as it likes to do something in the middle of a sync.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// How many more writes go through.
type Left = Arc<(Mutex<usize>, Condvar)>;

/// The gate; its threads end with the process.
pub struct Gate {
    /// Where it listens.
    pub port: u16,
    left: Left,
}

impl Gate {
    /// A gate that lets so many writes through to this port.
    pub fn before(server: u16, writes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let left: Left = Arc::new((Mutex::new(writes), Condvar::new()));
        let shared = Arc::clone(&left);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
                let (answers, asker) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let left = Arc::clone(&shared);
                std::thread::spawn(move || carry(client, server, Some(&left)));
                std::thread::spawn(move || carry(answers, asker, None));
            }
        });
        Self { port, left }
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        *self.left.0.lock().unwrap() = usize::MAX;
        self.left.1.notify_all();
    }
}

/// Carries what one side says to the other, until one of them is gone.
fn carry(mut from: TcpStream, mut to: TcpStream, left: Option<&Left>) {
    let mut piece = [0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        // The program begins each request with a piece of its own.
        if let Some(left) = left
            && piece.starts_with(b"PUT ")
        {
            let mut free = left.1.wait_while(left.0.lock().unwrap(), |free| *free == 0).unwrap();
            *free -= 1;
        }
        if to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _gone_already = to.shutdown(Shutdown::Write);
}
