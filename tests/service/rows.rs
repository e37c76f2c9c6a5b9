//! The rows of a compare, for the eye.

use duosync::model::CompareRow;
use duosync::service::{Command, CompareFound, CompareQuery, Look, Looked, Reply, SyncMode};

use crate::desk::{Desk, person};

fn found(desk: &mut Desk, text: &str) -> CompareFound {
    let query =
        CompareQuery { pair: "people".to_owned(), text: text.to_owned(), count: 100, ..CompareQuery::default() };
    match desk.call(Command::Look(Look::Rows(query))) {
        Ok(Reply::Looked(Looked::Rows(found))) => found.as_ref().clone(),
        other => panic!("no rows: {other:?}"),
    }
}

/// The files of compares in the workspace, by how their names end.
fn files(desk: &Desk) -> Vec<String> {
    let folder = desk.folder.path().join("compares").read_dir().into_iter().flatten();
    let mut ends: Vec<String> = folder
        .map(|entry| entry.unwrap().path().extension().unwrap_or_default().to_string_lossy().into_owned())
        // What was put aside goes away while the compare is told.
        .filter(|end| !end.contains("-part-old-"))
        .collect();
    ends.sort();
    ends
}

/// What is seen of the rows of three compares, where rows are made at once for so many records.
fn seen(at_once: usize) -> (Vec<CompareRow>, Vec<CompareRow>, Vec<String>) {
    let mut desk = Desk::tuned(|tuning| tuning.rows_at_once = at_once);
    for (id, name) in [("1", "zoë"), ("2", "bob"), ("3", "ann"), ("4", "cleo")] {
        person(&desk.left, id, name);
    }
    desk.sync(SyncMode::Yes);
    assert_eq!(found(&mut desk, "").compared, None, "nothing was compared yet");
    desk.left.set_field("2", "phone", "22");
    person(&desk.left, "5", "eva");
    let first = desk.compare();
    assert_eq!((first.counts.matched, first.counts.different, first.counts.only_in_a), (4, 1, 1));
    let left = files(&desk);
    let all = found(&mut desk, "");
    assert_eq!((all.compared, all.total), (Some(first.started), 5));
    assert_eq!(files(&desk), ["db"], "what waited is done");
    assert_eq!(found(&mut desk, "ZOË").rows.len(), 1);
    // The rows of a compare that nobody looked at give way to those of the next one.
    desk.left.set_field("3", "phone", "33");
    desk.compare();
    desk.left.set_field("1", "phone", "11");
    let third = desk.compare();
    let again = found(&mut desk, "");
    assert_eq!((again.compared, again.total), (Some(third.started), 5));
    assert_eq!(files(&desk), ["db"]);
    (without_ids(all.rows), without_ids(again.rows), left)
}

/// Rows without what is not the same from one workspace to the next.
fn without_ids(mut rows: Vec<CompareRow>) -> Vec<CompareRow> {
    for row in &mut rows {
        row.modified = duosync::model::PerSide::default();
        assert_eq!(row.matter.take().is_some(), row.kind.is_some(), "what differs is asked about");
    }
    rows
}

#[test]
fn rows_are_the_same_whether_made_at_once_or_when_looked_at() {
    let (at_once, later) = (seen(100), seen(0));
    assert_eq!(
        (at_once.2.as_slice(), later.2.as_slice()),
        (["db".to_owned()].as_slice(), ["a", "b", "pairs"].map(str::to_owned).as_slice())
    );
    let words =
        |rows: &[CompareRow]| rows.iter().map(|row| (row.label.clone(), row.kind.is_some())).collect::<Vec<_>>();
    let named = |rows: [(&str, bool); 5]| rows.map(|(label, differs)| (label.to_owned(), differs)).to_vec();
    assert_eq!(
        words(&at_once.0),
        named([("bob", true), ("eva", true), ("ann", false), ("cleo", false), ("zoë", false)])
    );
    assert_eq!(words(&at_once.1), named([("ann", true), ("bob", true), ("zoë", true), ("eva", true), ("cleo", false)]));
    let fields = |rows: &[CompareRow]| rows.iter().map(|row| row.fields.clone()).collect::<Vec<_>>();
    assert_eq!((words(&later.0), fields(&later.0)), (words(&at_once.0), fields(&at_once.0)));
    assert_eq!((words(&later.1), fields(&later.1)), (words(&at_once.1), fields(&at_once.1)));
}

#[test]
fn rows_that_wait_go_with_their_pair() {
    let mut desk = Desk::tuned(|tuning| tuning.rows_at_once = 0);
    person(&desk.left, "1", "ann");
    desk.sync(SyncMode::Yes);
    desk.compare();
    assert_eq!(files(&desk), ["a", "b", "pairs"]);
    desk.call(Command::RemovePair("people".to_owned())).unwrap();
    assert_eq!(files(&desk), [""; 0]);
}
