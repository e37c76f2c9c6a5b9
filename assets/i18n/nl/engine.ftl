# Why things are done, as previews, questions and the history tell it.

plan-no-key = { $name } heeft geen { $keys } in { $account } en doet daarom niet mee. Vul het in, dan gaat het de volgende keer mee.
plan-kept-apart = Je hebt gezegd dat { $name } in { $account } niet dezelfde is als de andere met hetzelfde kenmerk.
plan-partner-outside = { $name } staat ook aan de andere kant, maar het filter laat het daar weg.
plan-doubled-key = { $name } heeft dezelfde { $key } als een ander, en wacht tot je zegt welke bij elkaar horen.
plan-no-key-across = { $name } in { $account } heeft geen { $keys } die naar de andere kant gaat, en wordt daar dus niet toegevoegd.
plan-new = nieuw in { $account }
plan-create-off = { $name } staat alleen in { $account }. Deze koppeling voegt niets toe aan { $target }.
plan-you-deleted = jij hebt het verwijderd
plan-you-added = jij koos om het toe te voegen
plan-you-chose = jij koos { $account }
plan-you-left = Je hebt gezegd { $name } in { $account } te laten zoals het is.
plan-you-took-back = Je maakte ongedaan wat er met { $name } van { $account } gebeurde: dat blijft zo tot je beslist.
plan-both-changed = { $a } en { $b } hebben { $fields } allebei gewijzigd, elk anders.
plan-first-match = { $a } en { $b } komen hier voor het eerst samen en hebben een andere waarde voor { $fields }.
plan-deleted-and-changed = Verwijderd in { $gone } en gewijzigd in { $stays } sinds beide het laatst gelijk waren.
plan-taken-over = In { $gone } staan op de plaats ervan een andere naam en een ander adres. Dat kan iemand anders zijn of dezelfde onder een andere naam, dus er is in { $stays } niets verwijderd voor jij het zegt.
plan-held-deletion = Verwijderd in { $gone }. Er zouden in { $stays } meer dan gewoonlijk tegelijk verwijderd worden, dus er is niets verwijderd voor jij het zegt.
plan-ambiguous-one-side =
    { $count ->
        [one] 1 record
       *[other] { $count } records
    } in { $account } hebben dezelfde { $fields }, dus geen ervan wordt aan { $other } toegevoegd voor ze uit elkaar te houden zijn. Wijzig { $fields } bij een ervan, of laat ze zoals ze zijn.
plan-ambiguous =
    { $in_a ->
        [one] 1 record
       *[other] { $in_a } records
    } in { $a } en { $in_b ->
        [one] 1 record
       *[other] { $in_b } records
    } in { $b } hebben dezelfde { $fields }, dus het is niet zeker welke bij elkaar horen.
plan-flipping = { $fields } ging { $times } keer na elkaar heen en weer: iets herschrijft het na elke synchronisatie, een regel in { $a } of { $b }, een ander programma, of een tweede Duosync met andere instellingen. Het blijft zoals het is tot jij een waarde kiest. Is alleen de schrijfwijze anders, kies dan een ander soort voor { $fields } bij de velden.
plan-was-empty = { $field } was leeg in { $account }
plan-was-empty-both = { $field } was aan beide kanten leeg
plan-changed = { $account } heeft { $field } gewijzigd
plan-wins = { $account } wint voor { $field }
plan-wins-newest = { $account } wint voor { $field }, want daar is het laatst gewijzigd
plan-joined = { $field } is aan beide kanten gewijzigd; beide wijzigingen zijn samengevoegd
plan-you-chose-field = jij koos { $account } voor { $field }
plan-you-typed = jij gaf een waarde voor { $field }
plan-deleted-in = verwijderd in { $account }
plan-changed-after-deleted = het is gewijzigd nadat het aan de andere kant verwijderd was
plan-partner-filtered = { $name } is verwijderd in { $gone }. Een filter laat het weg, dus het blijft in { $stays }.
plan-partner-deleted = { $name } is verwijderd in { $gone }. Verwijderingen gaan niet mee, dus het blijft in { $stays }.

# Wat een waarde niet kan zijn, en waarom ze niet geschreven wordt.
value-not-in-choices = “{ $value }” is niet een van de keuzes van het veld “{ $mapping }” ({ $choices }). Voeg het toe aan de waardentabel van het veld, of wijzig het in het record.
value-template = het sjabloon van het veld “{ $mapping }” kan niet ingevuld worden: { $why }. Kijk de veldnamen in het sjabloon na.
value-cut-short = “{ $value }” in “{ $mapping }” is een nummer dat een rekenblad heeft ingekort, dus het wordt niet overgenomen. Voer het hele nummer opnieuw in, in een kolom die als tekst is opgemaakt.
value-one-way = het veld “{ $mapping }” wordt door een sjabloon gemaakt en gaat maar in één richting, dus er wordt niets naar kant { $side } geschreven. Zet de richting op “A naar B” of “B naar A”.
value-several-fields = het veld “{ $mapping }” noemt meerdere velden aan kant { $side } ({ $fields }), die samen gelezen maar niet geschreven kunnen worden. Koppel ze een voor een, of gebruik de bewerking voor volledige namen voor een voornaam en een achternaam.
value-no-field = het veld “{ $mapping }” noemt geen veld aan kant { $side }. Kies er een in de instellingen van de koppeling.
value-separator = het item “{ $item }” van de lijst “{ $mapping }” bevat “{ $separator }”, dat aan de andere kant de items scheidt. Kies een ander scheidingsteken, of wijzig het item.
