//! A server that answers as a test tells it to: for platforms that cannot run here.

use std::io::Write as _;
use std::net::{Shutdown, TcpListener};

use serde_json::Value as Json;

use super::wire::{Request, read};

/// Starts it; it ends with the process. Returns its address.
pub fn start(mut answer: impl FnMut(&Request) -> (u16, Json) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let Ok(Some(request)) = read(&mut client) else { continue };
            let (status, body) = answer(&request);
            let text = if body.is_null() { String::new() } else { body.to_string() };
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                text.len()
            );
            // Who asked may have gone.
            let _sent = client.write_all(format!("{head}{text}").as_bytes());
            let _closed = client.shutdown(Shutdown::Both);
        }
    });
    address
}
