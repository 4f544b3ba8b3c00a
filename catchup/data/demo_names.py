"""Words for a demo's people. Surnames are things, so that nobody can take them for a real family."""

SURNAMES = (
    "Acornwick", "Almondsea", "Applebarrow", "Ashpenny", "Bellthimble", "Birchcandle", "Bluebuttons",
    "Bramblewick", "Brightkettle", "Buttercress", "Candlemoss", "Cherrylamp", "Chestnutt-Pim", "Cloverdish",
    "Cobblequill", "Copperleaf", "Cornmarble", "Cottonbray", "Crumblehay", "Daisyforth", "Dandelamp",
    "Driftpebble", "Elderspoon", "Fablecroft", "Feathergill", "Fernbasket", "Figmarsh", "Firecandle",
    "Flaxpocket", "Foxglovely", "Gingerloaf", "Gooseplum", "Gorsekettle", "Hazelbutton", "Heatherjug",
    "Hedgelantern", "Honeyspindle", "Hopsock", "Inkwellow", "Ivybracket", "Jamjarrow", "Juniperpot",
    "Kitewhistle", "Lanternhay", "Larkspindle", "Lavendale-Tuft", "Lemonthatch", "Lilypatch", "Limetassel",
    "Maplecrumb", "Marblethorn", "Marigoldie", "Marrowpip", "Meadowtin", "Millowick", "Mintfeather",
    "Mossbutton", "Mulberrow", "Nettlebun", "Nutmeglow", "Oakthimble", "Oatwhistle", "Orchardine",
    "Paperlark", "Parsleymint", "Peachlantern", "Pebbleworth-Dab", "Peppercloth", "Pinebobbin",
    "Plumfeather", "Poppyladle", "Primrosetti", "Puddlewick", "Pumpkindle", "Quillfeather", "Quincebell",
    "Raincobble", "Raspberrow", "Reedwhistle", "Ribbonsea", "Rosehipple", "Rowanbun", "Rushlantern",
    "Saffronby-Lull", "Sagethimble", "Silverspoonley", "Snowbutton", "Sorrelcup", "Sparrowlint",
    "Starchimney", "Strawbasket", "Sunpocket", "Tallowpin", "Tansyfield-Hum", "Teaspindle", "Thistlecup",
    "Thymekettle", "Toffeebarrow", "Turnipforth", "Twigandale", "Umberleaf", "Velvetmarsh", "Vinepocket",
    "Walnutmere", "Wickerlamp", "Willowpin", "Windlebury-Nod", "Woolbutton", "Yarrowspoon", "Zincpebble",
)  # fmt: skip
PARENTS = (
    "Abena", "Adeel", "Agnes", "Aisha", "Alan", "Alex", "Amir", "Andrzej", "Anita", "Anwen", "Beth",
    "Bilal", "Carmen", "Carol", "Chidi", "Claire", "Dan", "David", "Dawn", "Dinesh", "Elena", "Emeka",
    "Emma", "Farah", "Gareth", "Gemma", "Grace", "Hannah", "Helen", "Ioana", "James", "Jamila", "Jo",
    "John", "Karen", "Kasia", "Kwame", "Laura", "Leah", "Lewis", "Lin", "Louise", "Marek", "Maria", "Mark",
    "Martin", "Meera", "Mihai", "Naomi", "Nasreen", "Nick", "Nia", "Olu", "Paul", "Priscilla", "Rachel",
    "Rahul", "Rob", "Ruth", "Sam", "Sarah", "Simon", "Sunita", "Tariq", "Tessa", "Tom", "Usha", "Vikram",
    "Wendy", "Yusuf", "Zainab", "Zoe",
)  # fmt: skip
CHILDREN = (
    "Ada", "Alfie", "Amara", "Anya", "Archie", "Arlo", "Asha", "Ava", "Bea", "Ben", "Caleb", "Cara",
    "Charlie", "Chloe", "Daisy", "Dylan", "Eden", "Eli", "Ella", "Erin", "Esme", "Ethan", "Eva", "Felix",
    "Finn", "Freya", "Harley", "Hope", "Imogen", "Isaac", "Isla", "Ivy", "Jack", "Jasmine", "Joel", "Jude",
    "Kai", "Kayla", "Leo", "Lexi", "Lily", "Logan", "Lola", "Luca", "Maisie", "Mason", "Max", "Maya",
    "Mila", "Millie", "Nathan", "Noah", "Nora", "Olive", "Oscar", "Poppy", "Quinn", "Reuben", "Riley",
    "Robin", "Rory", "Rosa", "Ruby", "Seth", "Skye", "Summer", "Theo", "Tilly", "Toby", "Willow", "Zach",
    "Zara",
)  # fmt: skip
STREETS = (
    "Invented Street", "Make-Believe Lane", "Pretend Road", "Fictional Avenue", "Nowhere Close",
    "Storybook Way", "Example Terrace", "Imaginary Row", "Sample Gardens", "Once-Upon Hill",
)  # fmt: skip
LANGUAGES = (
    "Polish", "Romanian", "Panjabi", "Urdu", "Portuguese", "Arabic", "Bengali",
)  # fmt: skip

# Real postcodes, so that the directory of Great Britain answers; the streets beside them do not exist.
POSTCODES = {
    "E10000016": ("ME14 1XX", "CT1 2EH", "TN23 1PL", "DA1 1DR"),
    "E06000035": ("ME4 4TR", "ME7 1NJ", "ME1 1YS"),
    "E09000004": ("DA6 7AT", "DA5 1LT", "DA16 3PA"),
    "E08000038": ("S70 2TA", "S71 1AA"),
    "E08000017": ("DN1 3BU", "DN4 5HU"),
    "E08000018": ("S60 1AE", "S65 1AA"),
    "E08000039": ("S1 2HH", "S10 2TN", "S6 2DU"),
}
