# De pagina Meldingen, en wat de meldingen van het bureaublad zeggen.

alerts-page = Meldingen
alerts-reading = De meldingen worden gelezen…
alerts-not-read = De meldingen konden niet gelezen worden
alerts-none-title = Geen meldingen
alerts-none = Wat jou nodig heeft of misgaat, wordt hier bewaard.
alerts-needs-you = Heeft jou nodig
alerts-nothing-needs-you = Er is nu niets dat jou nodig heeft.
alerts-earlier = Eerder
alerts-older = Oudere meldingen tonen
alerts-where = { $pair }, { $when }
alerts-where-new = { $pair }, { $when }, nieuw
alerts-where-settled = { $pair }, { $when }, opgelost { $settled }
alerts-where-over = { $pair }, { $when }, opgelost
alerts-where-open = { $told }; nu { $open } open
alerts-review = Nakijken
alerts-differences = Verschillen tonen
alerts-runs = Toon wat er gebeurde
alerts-connection = Koppeling openen
alerts-home = Koppeling tonen
alerts-button-of = { $button }: { $pair }, { $text }

alerts-open = Openen
alerts-title-conflicts = Jij beslist
alerts-title-mismatches = De twee lijsten verschillen
alerts-title-held = Verwijderingen tegengehouden
alerts-title-failed = Het synchroniseren lukte niet
alerts-title-recovered = Het synchroniseren lukt weer
alerts-title-sign-in = Aanmelden mislukt
alerts-title-records = Enkele records konden niet geschreven worden
alerts-after-quiet-title = Tijdens je stille uren
alerts-after-quiet =
    { $count ->
        [one] Er kwam 1 melding binnen. Klik om ze te zien.
       *[other] Er kwamen { $count } meldingen binnen. Klik om ze te zien.
    }

alerts-sync-failed = Het synchroniseren is mislukt.
alerts-not-written =
    { $count ->
        [one] 1 record kon niet geschreven worden. { $first }
       *[other] { $count } records konden niet geschreven worden. { $first }
    }
alerts-held =
    { $count ->
        [one] 1 verwijdering is tegengehouden: er verdween meer dan gewoonlijk, of het is niet zeker. Er wordt niets verwijderd voor jij het zegt.
       *[other] { $count } verwijderingen zijn tegengehouden: er verdween meer dan gewoonlijk, of het is niet zeker. Er wordt niets verwijderd voor jij het zegt.
    }
alerts-flipping =
    { $count ->
        [one] { $reason }
       *[other] { $reason } Dat is zo bij { $count } records.
    }
alerts-conflicts =
    { $count ->
        [one] 1 record heeft jou nodig: het is aan beide kanten gewijzigd, of is niet te onderscheiden.
       *[other] { $count } records hebben jou nodig: ze zijn aan beide kanten gewijzigd, of zijn niet te onderscheiden.
    }
alerts-recovered = Het werkt weer.
