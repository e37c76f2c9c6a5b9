#!/usr/bin/env python3
"""Makes the sample: a shop's customer list and an address book, about 200 made-up people.

Both files are the same on every run (fixed seed). The shop's list is what an older till writes:
semicolons, Windows-1252, days as 31/12/1980. The address book is UTF-8 with commas and ISO days.
The people are invented and the addresses end in example.com, example.org or .test (RFC 2606).

Run it in this folder: python3 make.py
"""

import csv
import io
import pathlib
import random
import unicodedata

HERE = pathlib.Path(__file__).parent
rng = random.Random(20240229)

PEOPLE = {
    "BE": (["Lieve", "Joris", "Anaïs", "Benoît", "Els", "Maarten", "Chloé", "Wout"],
           ["Peeters", "Janssens", "Maes", "Dubois", "Lambert", "De Smet", "Claeys", "Vandenbroucke"],
           ["Gent", "Liège", "Leuven", "Namur"], "+32 47", 7),
    "NL": (["Sanne", "Daan", "Femke", "Bram", "Noor", "Thijs", "Maud", "Jeroen"],
           ["de Vries", "van den Berg", "Bakker", "Visser", "Smit", "Mulder", "de Groot", "Dekker"],
           ["Utrecht", "Breda", "Zwolle", "Leiden"], "+31 6 1", 7),
    "FR": (["Zoé", "Rémi", "Hélène", "François", "Maëlle", "Loïc", "Océane", "Gaël"],
           ["Lefèvre", "Moreau", "Girard", "Rousseau", "Chevalier", "Bénard", "Noël", "Guérin"],
           ["Lille", "Lyon", "Orléans", "Besançon"], "+33 6 1", 7),
    "DE": (["Jürgen", "Käthe", "Sören", "Anke", "Björn", "Heike", "Götz", "Ulrike"],
           ["Müller", "Schäfer", "Weiß", "Köhler", "Vogt", "Krüger", "Böhm", "Jäger"],
           ["Köln", "Aachen", "Münster", "Göttingen"], "+49 151 1", 7),
    "GR": (["Eleni", "Nikos", "Sofia", "Giorgos", "Katerina", "Dimitris", "Ioanna", "Stavros"],
           ["Papadopoulos", "Nikolaidis", "Georgiou", "Antoniou", "Vlachos", "Makris", "Karras", "Pappas"],
           ["Athina", "Patra", "Volos", "Chania"], "+30 694 ", 7),
    "PL": (["Zofia", "Tomasz", "Agata", "Piotr", "Kasia", "Marek", "Ewa", "Jan"],
           ["Nowak", "Kowalczyk", "Mazur", "Krawczyk", "Duda", "Wieczorek", "Zając", "Wróbel"],
           ["Kraków", "Poznań", "Gdynia", "Lublin"], "+48 601 ", 6),
}
TITLES = ["Owner", "Buyer", "Manager", "Baker", "Florist", "Teacher", "Architect", "Librarian"]
COMPANIES = ["Atelier Noord", "De Gouden Pen", "Café Zénith", "Blumen am Markt", "Taverna Kyma", "Księgarnia Mała",
             "", "", "", ""]
STATUS = {"Lead": "prospect", "Customer": "client", "Former": "past"}


def plain(text):
    """Lower-case letters without accents, for an email address."""
    text = text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L")
    text = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in text.lower() if letter.isascii() and letter.isalpha())


def windows(text):
    """Only letters that Windows-1252 has: a Polish name loses its marks in the till."""
    try:
        text.encode("cp1252")
        return text
    except UnicodeEncodeError:
        base = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
        return "".join(letter for letter in base if not unicodedata.combining(letter))


def people(number):
    made, used = [], set()
    countries = list(PEOPLE)
    while len(made) < number:
        country = countries[len(made) % len(countries)]
        given_names, family_names, cities, prefix, digits = PEOPLE[country]
        given, family = windows(rng.choice(given_names)), windows(rng.choice(family_names))
        email = f"{plain(given)}.{plain(family)}@{rng.choice(['example.com', 'example.org', 'shop.test'])}"
        if email in used:
            continue
        used.add(email)
        made.append({
            "given": given, "family": family, "email": email, "country": country,
            "phone": prefix + "".join(rng.choice("23456789") for _ in range(digits)),
            "city": windows(rng.choice(cities)), "title": rng.choice(TITLES), "company": windows(rng.choice(COMPANIES)),
            "status": rng.choice(list(STATUS)),
            "born": (rng.randint(1945, 2004), rng.randint(1, 12), rng.randint(1, 28)),
            "news": rng.random() < 0.5,
        })
    return made


def spelled(phone, country, style):
    """The same number, as another program writes it. Numbers of abroad keep their country code."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if style == "plain":
        return "+" + digits
    if style == "zeros":
        return "00" + digits
    if style == "national" and country == "BE":
        return "0" + digits[2:5] + "/" + digits[5:]
    return phone


def shop_row(number, person):
    year, month, day = person["born"]
    return {
        "customer_no": str(number), "E-mail": person["email"], "First name": person["given"],
        "Last name": person["family"], "Phone": person["phone"], "Company": person["company"],
        "Title": person["title"], "City": person["city"], "Status": person["status"],
        "Birthday": f"{day:02}/{month:02}/{year}", "Newsletter": "ja" if person["news"] else "nee",
        "Till note": rng.choice(["", "", "pays cash", "likes blue ink"]),
    }


def book_row(number, person):
    year, month, day = person["born"]
    return {
        "id": f"c{number:04}", "given_name": person["given"], "family_name": person["family"],
        "email": person["email"], "tel": spelled(person["phone"], person["country"], rng.choice(["plain", "zeros", "national", ""])),
        "org": person["company"], "title": person["title"], "city": person["city"],
        "stage": STATUS[person["status"]], "birthday": f"{year:04}-{month:02}-{day:02}",
        "newsletter": "1" if person["news"] else "0", "nickname": rng.choice(["", "", person["given"][:3]]),
    }


def main():
    everybody = people(200)
    shared, only_shop, only_book = everybody[:140], everybody[140:170], everybody[170:]
    shop = [shop_row(1001 + index, person) for index, person in enumerate(shared + only_shop)]
    book = [book_row(1 + index, person) for index, person in enumerate(shared + only_book)]

    for index in range(0, 24):          # the same address in other letters: no difference
        book[index]["email"] = book[index]["email"].upper() if index % 2 else " " + book[index]["email"].title()
    for index in range(24, 32):         # another job on each side: to be decided
        book[index]["title"] = TITLES[(TITLES.index(shop[index]["Title"]) + 3) % len(TITLES)]
    for index in range(32, 38):         # another telephone on each side
        book[index]["tel"] = book[index]["tel"][:-2] + ("00" if not book[index]["tel"].endswith("00") else "11")
    for index in range(38, 46):         # empty here, filled there: filled without a question
        shop[index]["Phone"] = ""
    for index in range(46, 54):
        book[index]["birthday"] = ""
        book[index]["city"] = ""
    for index in range(54, 58):         # another status
        book[index]["stage"] = {"prospect": "client", "client": "past", "past": "prospect"}[book[index]["stage"]]
    for index in range(58, 62):         # composed and decomposed accents are the same letters
        book[index]["family_name"] = unicodedata.normalize("NFD", book[index]["family_name"])
    for index in range(62, 66):         # an address that moved: looks like somebody else until it is linked
        book[index]["email"] = book[index]["email"].replace("@", ".new@")
    for offset in (141, 142):           # no address: set aside
        shop[offset]["E-mail"] = ""
    book[150]["email"] = ""
    double = dict(shop[145], **{"customer_no": "1999", "Phone": ""})      # twice the same address
    shop.append(double)
    double = dict(book[155], **{"id": "c0999", "title": "Owner"})
    book.append(double)
    twin = dict(book[70], **{"id": "c0998", "title": "Teacher"})          # one here, two there
    book.append(twin)
    rng.shuffle(book)

    write("shop-customers.csv", shop, ";", "cp1252", "\r\n")
    write("address-book.csv", book, ",", "utf-8", "\n")


def write(name, rows, delimiter, encoding, line_end):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    (HERE / name).write_bytes(text.getvalue().encode(encoding))


if __name__ == "__main__":
    main()
