//! A directory takes part in the suite with the promises of a list that is only read: `OpenLDAP`'s slapd, which
//! the test starts. Somebody else's changes are made with ldapmodify.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use duosync::connectors::ldap::LdapConnector;
use duosync::connectors::{Connector, Context, ErrorKind, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, RecordId};

use crate::fixture::{Fixture, Names, PEOPLE, Person, Place, Trouble};
use crate::support::tcp::{Cut, Tcp};

const BASE: &str = "dc=example,dc=org";
const ADMIN: &str = "cn=admin,dc=example,dc=org";

pub struct LdapFixture;

struct LdapPlace {
    port: u16,
    proxy: Tcp,
    child: Child,
    _folder: tempfile::TempDir,
}

impl LdapFixture {
    /// `None`, after saying why, where slapd is not installed.
    pub fn find() -> Option<Self> {
        let found = Path::new("/usr/sbin/slapd").exists() && Path::new("/usr/bin/ldapmodify").exists();
        if !found {
            eprintln!("skipped: slapd and ldap-utils are not installed; tests/run.sh installs them");
        }
        found.then_some(Self)
    }
}

/// A port that no other test of this program was given: two slapd can share one, and each then gets half of
/// the calls.
fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            return port;
        }
    }
}

#[async_trait]
impl Fixture for LdapFixture {
    async fn place(&self, people: &[Person]) -> Box<dyn Place> {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let config = folder.path().join("slapd.conf");
        fs::write(
            &config,
            format!(
                "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
                 include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
                 pidfile {0}/pid\ndatabase mdb\nmaxsize 10485760\nsuffix \"{BASE}\"\nrootdn \"{ADMIN}\"\nrootpw s3cret\n\
                 directory {0}/data\n",
                folder.path().display()
            ),
        )
        .unwrap();
        let port = free_port();
        let mut child = Command::new("/usr/sbin/slapd")
            .arg("-f")
            .arg(&config)
            .args(["-h", &format!("ldap://127.0.0.1:{port}/"), "-d", "256"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let says = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(says).lines().map_while(Result::ok) {
                if line.contains("slapd starting") {
                    let _sent_already = sender.try_send(());
                }
            }
        });
        receiver.recv_timeout(Duration::from_secs(30)).expect("slapd starts");
        // It says so a moment before it listens.
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "slapd does not listen");
            std::thread::yield_now();
        }
        let place = LdapPlace { port, proxy: Tcp::before(port), child, _folder: folder };
        let mut all =
            format!("dn: {BASE}\nchangetype: add\nobjectClass: dcObject\nobjectClass: organization\no: Example\n\n");
        for (number, person) in people.iter().enumerate() {
            all.push_str(&format!(
                "dn: uid=p{number},{BASE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: p{number}\nsn: x\ncn: {}\n\
                 mail: {}\ntelephoneNumber: {}\n\n",
                person.name, person.email, person.phone
            ));
        }
        place.modify(&all);
        Box::new(place)
    }
}

impl LdapPlace {
    fn modify(&self, changes: &str) {
        let mut child = Command::new("ldapmodify")
            .args(["-x", "-H", &format!("ldap://127.0.0.1:{}", self.port), "-D", ADMIN, "-w", "s3cret"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(changes.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{changes}");
    }

    fn dn(&self, id: &RecordId) -> String {
        let output = Command::new("ldapsearch")
            .args(["-x", "-LLL", "-H", &format!("ldap://127.0.0.1:{}", self.port), "-D", ADMIN, "-w", "s3cret"])
            .args(["-b", BASE, &format!("(entryUUID={id})"), "dn"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find_map(|line| line.strip_prefix("dn: ")).expect("the entry is there").to_owned()
    }
}

impl Drop for LdapPlace {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

#[async_trait]
impl Place for LdapPlace {
    fn connector(&self) -> Arc<dyn Connector> {
        let options = [("url", format!("ldap://127.0.0.1:{}", self.proxy.port)), ("username", ADMIN.to_owned())];
        let settings = AccountSettings {
            name: "Directory".to_owned(),
            connector: "ldap".to_owned(),
            options: options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>(),
            secret: None,
        };
        Arc::new(LdapConnector::open(&settings, Some("s3cret")).unwrap())
    }

    fn collection(&self) -> String {
        BASE.to_owned()
    }

    fn names(&self) -> Names {
        Names { name: "cn".to_owned(), email: "mail".to_owned(), phone: "telephoneNumber".to_owned() }
    }

    async fn edit(&self, id: &RecordId, field: &str, value: &str) {
        let dn = self.dn(id);
        self.modify(&format!("dn: {dn}\nchangetype: modify\nreplace: {field}\n{field}: {value}\n"));
    }

    async fn remove(&self, id: &RecordId) {
        let dn = self.dn(id);
        self.modify(&format!("dn: {dn}\nchangetype: delete\n"));
    }

    async fn unknown(&self, _id: &RecordId) -> String {
        unreachable!("nothing is written to a directory")
    }

    fn editor(&self) -> Option<&'static str> {
        Some("admin")
    }

    fn order(&self, trouble: Trouble) -> bool {
        self.proxy.order(Some(match trouble {
            // The answer holds a few entries by then, and the word that it is done is still to come.
            Trouble::Truncated => Cut::After(b"objectClass".to_vec(), 600),
            Trouble::Away => Cut::Refuse,
            _ => return false,
        }));
        true
    }

    fn calm(&self) {
        self.proxy.order(None);
        assert!(self.proxy.done() > 0, "the fault has come");
    }

    fn knows_tokens(&self) -> bool {
        false
    }

    fn ids_are_stable(&self) -> bool {
        true
    }
}

/// A write is refused in words.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_are_refused() {
    let Some(fixture) = LdapFixture::find() else {
        assert!(std::env::var_os("CI").is_none(), "this must not be skipped in CI");
        return;
    };
    let place = fixture.place(&PEOPLE).await;
    let context = Context::quiet();
    let create = Write { token: "t".to_owned(), kind: WriteKind::Create { fields: Fields::new(), raw: None } };
    let refused = place.connector().write(&context, BASE, &[], vec![create]).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Forbidden);
    let listed = place.connector().collections(&context).await.unwrap();
    assert!(listed[0].read_only, "{listed:?}");
}
