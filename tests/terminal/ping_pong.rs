//! Two instances of Duosync, each with a workspace of its own, over the same two files: one that fights with the
//! other is noticed within three rounds, stopped and told; two that agree carry each change once.

use crate::support::lab::Workplace;
use crate::support::settings::{End, csv, settings};

/// Two instances over the files of the first one's folder.
struct Two {
    places: [Workplace; 2],
}

impl Two {
    /// What both files hold, and the field that each instance maps in its own way.
    fn new(a: &str, b: &str, fields: [&str; 2], policies: [&str; 2]) -> Self {
        let places = [Workplace::new(), Workplace::new()];
        places[0].write("a.csv", a);
        places[0].write("b.csv", b);
        for (place, (field, policy)) in places.iter().zip(fields.into_iter().zip(policies)) {
            let [shop, book] = ["a.csv", "b.csv"].map(|file| csv(&places[0].file(file).to_string_lossy(), "id"));
            let shop = End { account: "Shop", lines: &shop, collection: "" };
            let book = End { account: "Book", lines: &book, collection: "" };
            // How B names the field is for each case to say.
            let text = settings(
                &[shop, book],
                &format!("conflicts = \"{policy}\""),
                &[("email", "mail", "mail", "kind = \"email\"")],
            );
            let value = format!("\n[[pair.field]]\nname = \"value\"\na = \"value\"\n{field}\n");
            place.write("s.toml", text + &value);
            place.json(0, &["import", "s.toml"]);
        }
        Self { places }
    }

    fn files(&self) -> [String; 2] {
        ["a.csv", "b.csv"].map(|file| self.places[0].read(file))
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.places[0].read(file);
        assert!(text.contains(from), "{from} is not in {text}");
        self.places[0].write(file, text.replace(from, to));
    }

    /// One instance's run: how many records it wrote, and the questions that are open after it.
    fn sync(&self, who: usize) -> (u64, Vec<serde_json::Value>) {
        let place = &self.places[who];
        let ended = place.run(&["--json", "sync", "--yes"]);
        assert!([0, 3].contains(&ended.code), "{}\n{}", ended.stdout, ended.stderr);
        let run = ended.json().unwrap();
        let wrote = ["a", "b"].iter().flat_map(|side| ["created", "updated", "deleted"].map(|what| &run[side][what]));
        let wrote = wrote.map(|count| count.as_u64().unwrap()).sum();
        if run["conflicts"] == 0 {
            return (wrote, Vec::new());
        }
        let asked = place.json(3, &["conflicts"]);
        (wrote, asked["conflicts"].as_array().unwrap().clone())
    }

    /// Runs both in turn until one of them asks, which it must within three rounds of which the first began
    /// with a change that one of them carried; then nothing more is written by either.
    fn stops(&self, why: &str) {
        let asked = (1..=3).flat_map(|_| [0, 1]).find_map(|who| {
            let (_, asked) = self.sync(who);
            (!asked.is_empty()).then_some((who, asked))
        });
        let (who, asked) = asked.unwrap_or_else(|| panic!("{why}: three rounds and nobody asks: {:?}", self.files()));
        assert_eq!((asked.len(), &asked[0]["kind"]), (1, &"flipping".into()), "{why}: {asked:?}");
        let reason = asked[0]["reason"].as_str().unwrap();
        assert!(["value", "Shop", "Book", "second Duosync"].iter().all(|word| reason.contains(word)), "{reason}");
        // The other one may still have to take on what was written last.
        self.sync(1 - who);
        let files = self.files();
        for _ in 0..2 {
            assert_eq!([self.sync(0).0, self.sync(1).0], [0, 0], "{why}");
        }
        assert_eq!(self.files(), files, "{why}");
    }
}

#[test]
fn two_instances_that_mean_something_else_by_the_same_word_are_stopped() {
    let word = |yes: &str, no: &str| {
        format!("b = \"value\"\nkind = \"choice\"\nvalues = [[\"yes\", \"{yes}\"], [\"no\", \"{no}\"]]")
    };
    let (one, other) = (word("1", "0"), word("0", "1"));
    for policies in [["ask", "b"], ["b", "a"], ["a", "a"]] {
        let two =
            Two::new("id,mail,value\n1,ann@x.test,yes\n", "id,mail,value\n1,ann@x.test,1\n", [&one, &other], policies);
        // The first only gets to know what is there; the other one's first run begins the fight.
        two.sync(0);
        two.sync(1);
        two.stops(&format!("{policies:?}"));
    }
}

#[test]
fn two_instances_that_divide_names_differently_are_stopped() {
    let two = Two::new(
        "id,mail,value\n1,ann@x.test,Ann Smith\n",
        "id,mail,one,two\n1,ann@x.test,Ann,Smith\n",
        ["b = [\"one\", \"two\"]\ntransform = \"split_name\"", "b = [\"two\", \"one\"]\ntransform = \"split_name\""],
        ["ask", "b"],
    );
    two.sync(0);
    two.sync(1);
    two.stops("names");
}

/// One writes telephone numbers in their international form, the other takes them as they are written: that is
/// no fight, as neither writes what means the same.
#[test]
fn two_instances_with_other_normalisers_come_to_rest() {
    let tidy = "b = \"value\"\nkind = \"phone\"\nregion = \"BE\"\nnormalise = true";
    for (other, policy) in
        [("b = \"value\"", "a"), ("b = \"value\"", "b"), ("b = \"value\"\nkind = \"phone\"\nregion = \"BE\"", "ask")]
    {
        let two = Two::new(
            "id,mail,value\n1,ann@x.test,0478 12 34 56\n2,bob@x.test,0478 65 43 21\n",
            "id,mail,value\n1,ann@x.test,0478/12.34.56\n",
            [tidy, other],
            ["ask", policy],
        );
        two.sync(0);
        two.sync(1);
        let shop = two.files()[0].clone();
        let ann = shop.lines().find(|line| line.starts_with("1,")).unwrap();
        two.edit("a.csv", ann, "1,ann@x.test,0479 12 34 56");
        let written: Vec<u64> = (0..3).flat_map(|_| [two.sync(0).0, two.sync(1).0]).collect();
        let files = two.files();
        assert!(written.iter().sum::<u64>() <= 2 && written[2..] == [0; 4], "{other}: {written:?} {files:?}");
        assert_eq!([two.sync(0).0, two.sync(1).0], [0, 0]);
        assert_eq!(two.files(), files);
    }
}

#[test]
fn two_instances_that_agree_carry_each_change_once() {
    let field = "b = \"value\"";
    let two = Two::new(
        "id,mail,value\n1,ann@x.test,Ann\n2,bob@x.test,Bob\n",
        "id,mail,value\n1,ann@x.test,Ann\n3,eve@x.test,Eve\n",
        [field; 2],
        ["ask"; 2],
    );
    assert_eq!([two.sync(0), two.sync(1)], [(2, vec![]), (0, vec![])], "one creates, the other finds what is there");
    for (who, (file, from, to)) in [
        (0, ("a.csv", "Ann", "Ann P.")),
        (1, ("b.csv", "Bob", "Robert")),
        (1, ("a.csv", "Eve", "Eva")),
        // The same change back and forth is nobody's fight as long as it is a person's.
        (0, ("b.csv", "Ann P.", "Ann")),
    ] {
        two.edit(file, from, to);
        assert_eq!([two.sync(who), two.sync(1 - who)], [(1, vec![]), (0, vec![])], "{from} became {to}");
        let files = two.files();
        assert!(files.iter().all(|text| text.contains(to)), "{files:?}");
        for _ in 0..2 {
            assert_eq!([two.sync(0), two.sync(1)], [(0, vec![]), (0, vec![])]);
        }
        assert_eq!(two.files(), files, "byte for byte");
    }
}
