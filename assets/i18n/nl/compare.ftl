# The texts of compare.

compare-reason-key-changed = Deze twee horen bij elkaar, maar { $fields } is niet meer gelijk.
compare-reason-differs =
    { $count ->
        [one] { $fields } verschilt.
       *[other] { $fields } verschillen.
    }
compare-reason-partner-deleted = De tegenhanger in { $account } is verwijderd.
compare-reason-keyless = Er is geen { $keys }, dus kan er niets bij gevonden worden.
compare-reason-only = Alleen in { $account }, niet in { $other }.
compare-reason-undone = Je maakte ongedaan wat ermee gebeurde: dat blijft zo tot je beslist.
compare-reason-duplicates =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } en { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } hebben dezelfde { $field }.
compare-look-mistake = Duosync maakte een fout bij het opzoeken. Er is niets gewijzigd. Meld dit alsjeblieft.

compare-title = Vergelijken
compare-pair = Koppeling
compare-cancel = Annuleren
compare-now = Nu vergelijken
compare-export = Exporteren…
compare-empty = Nog niets te vergelijken
compare-empty-text = Verbind eerst twee accounts, op de pagina Start.
compare-reading = De laatste vergelijking wordt gelezen…
compare-not-read = De vergelijking kon niet gelezen worden
compare-never = Nog niet vergeleken
compare-never-text = Een vergelijking leest beide kanten volledig en toont elk record waarin ze niet overeenkomen. Er wordt niets geschreven.
compare-agree = Beide kanten zijn gelijk. Vergeleken { $when }.
compare-found = { $found }. Vergeleken { $when }.
compare-on-both = aan beide kanten
compare-different = verschillend
compare-only-in = alleen in { $account }
compare-duplicates = dubbel
compare-no-match = komen niet meer overeen
compare-ignored = door jou genegeerd
compare-word-ignored = Door jou zo gelaten
compare-word-same = Aan beide kanten gelijk
compare-in-step-since = Gelijk sinds { $day }.
compare-in-step-last = Laatst gelijk op { $day }.
compare-earlier = Eerdere vergelijkingen
compare-hide-earlier = Eerdere vergelijkingen verbergen
compare-earlier-agree = beide kanten gelijk
compare-earlier-found =
    { $count ->
        [one] 1 verschil
       *[other] { $count } verschillen
    }
compare-earlier-line = { $when }: { $found } ({ $took })
compare-show-only = Toon alleen deze; nog eens drukken toont alles
compare-chart = Wat niet overeenkomt: { $kinds }
compare-save-as = Bewaar het rapport als (.csv, .xlsx of .html)
compare-save = Rapport bewaren
compare-choose-file = Kies waar het bewaard wordt…
compare-read-again = Beide kanten worden daarvoor opnieuw gelezen.
compare-told-agree = Beide kanten zijn gelijk.
compare-told-found =
    { $count ->
        [one] 1 verschil gevonden.
       *[other] { $count } verschillen gevonden.
    }
compare-told-file = Het rapport staat in { $file }.
compare-search = Zoek in de records
compare-row =
    { $fields ->
        [0] { $name }: { $what }
        [one] { $name }: { $what }, 1 veld
       *[other] { $name }: { $what }, { $fields } velden
    }
compare-records-shown =
    { $count ->
        [one] 1 record
       *[other] { $count } records
    }
compare-none-found = Geen record past bij wat je zoekt.
compare-searching = Er wordt gezocht…
compare-preparing = De rijen worden klaargezet
compare-reading-records = De records worden gelezen…
compare-not-kept = De records zijn hier niet
compare-not-kept-text = Druk op Nu vergelijken: daarna staat elk record naast elkaar.
