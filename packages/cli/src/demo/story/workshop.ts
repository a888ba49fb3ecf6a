import type { Thread } from "./thread.ts";

/** What came and went over the workshop's line: engines, rigging, paint, parts. */
export const WORKSHOP: readonly Thread[] = [
  {
    line: "workshop",
    with: "dev-ramaswamy",
    messages: [
      [
        "them",
        "7d 5h",
        "Tomás, Pelican I is losing coolant again. Third time this season. I think it's time to talk about a repower.",
      ],
      [
        "tomas",
        "7d 4h 30m",
        "I was going to say the same. 9,800 hours is a good life. I can quote a 75 hp diesel with the gearbox, mounts, exhaust and controls.",
      ],
      ["them", "7d 4h 10m", "Please. And an electric option? Guests keep asking."],
      [
        "tomas",
        "5d 22h",
        "Both quotes are up: https://alderbay.example/q/pelican-i-repower\n\nDiesel 75 hp: $24,900, two weeks\nElectric 40 kW with 62 kWh: $58,300, five weeks, about 4 h at 6 knots\n\nHappy to walk you through the numbers.",
      ],
      ["them", "5d 20h", "Going with diesel this year, electric for Pelican III when we build her"],
      ["tomas", "5d 19h 50m", "Good plan. I will order today; the engine lands on the 9th."],
      ["them", "31m", "Any word on the engine?"],
      [
        "tomas",
        "18m",
        "It cleared customs this morning and it is on a truck. If the ferry behaves, it is on the bench tomorrow 💪",
      ],
    ],
  },
  {
    line: "workshop",
    with: "nora-whitfield",
    messages: [
      [
        "tomas",
        "1d 6h",
        "Nora, photos of the cutless bearing are in your portal. You can wiggle the shaft by hand, so I would not wait.",
      ],
      ["them", "1d 5h 30m", "Yikes. Asking Mara for the price now"],
    ],
  },
  {
    line: "workshop",
    with: "jonas-brandt",
    unread: 1,
    messages: [
      [
        "them",
        "2d 12h",
        "Moin Herr Reyes, der Verein braucht Antifouling für sechs Jollenkreuzer. Machen Sie das auch im Dezember, oder ist es dann zu kalt?",
      ],
      [
        "tomas",
        "2d 11h",
        "Moin! Geht auch im Dezember, wir heizen die Halle auf 16 Grad. Pro Boot rechnen Sie bitte mit zwei Tagen, also zwölf Arbeitstagen insgesamt.",
      ],
      ["them", "2d 10h 30m", "Sehr gut. Was kostet das ungefähr? Hartantifouling, schwarz, bitte ohne Kupfer."],
      [
        "tomas",
        "2d 9h",
        "Kupferfrei: 640 Dollar je Boot inklusive Anschleifen und Grundierung, bei sechs Booten 5 % Rabatt.",
      ],
      [
        "them",
        "58m",
        "Der Vorstand hat zugestimmt 🎉 Wann dürfen wir die Boote bringen? Straßentransport mit Begleitfahrzeug, Überbreite 2,75 m.",
      ],
    ],
  },
  {
    line: "workshop",
    with: "ananya-kulkarni",
    unread: 2,
    messages: [
      ["them", "3d 3h", "नमस्ते, मेरी नाव 'सागरिका' का इंजन स्टार्ट नहीं हो रहा। क्या आप देख सकते हैं?"],
      ["tomas", "3d 2h 40m", "नमस्ते अनन्या जी! ज़रूर। क्या स्टार्ट करते समय क्लिक की आवाज़ आती है, या बिल्कुल शांत रहता है?"],
      ["them", "3d 2h 30m", "सिर्फ़ एक क्लिक, फिर कुछ नहीं।"],
      ["tomas", "3d 2h", "तब शायद बैटरी या स्टार्टर है। मैं कल सुबह 9 बजे आकर जाँच करूँगा।"],
      ["them", "1h 35m", "अब इंजन चल रहा है, बहुत-बहुत धन्यवाद! 🙏"],
      ["them", "1h 34m", "बिल कितना हुआ?"],
    ],
  },
  {
    line: "workshop",
    with: "noa-barak",
    messages: [
      ["them", "4d 2h", "היי, המפרש הראשי נקרע ליד הבטן התחתונה (reef 2). אפשר לתקן עד יום חמישי?"],
      ["tomas", "4d 1h 30m", "היי נועה, כן. תביאי אותו עד מחר ב-12:00 ונחזיר ביום רביעי בערב."],
      ["them", "4d 1h 20m", "מעולה! כמה זה יעלה בערך?"],
      ["tomas", "4d 1h", "בין 180 ל-220 דולר. הצעת מחיר מלאה: https://alderbay.example/he/q/771"],
      ["them", "4d 55m", "תודה רבה 🙌"],
    ],
  },
  {
    line: "workshop",
    with: "kwame-mensah",
    messages: [
      ["tomas", "1d 2h", "Kwame, do you have two impellers 09-1027B and one heat exchanger cap, part 119574-18810?"],
      ["them", "1d 1h 50m", "Impellers yes, cap is on back order till Tuesday"],
      ["tomas", "1d 1h 48m", "I'll take the impellers. Put the cap on the Tuesday run."],
      ["them", "1d 1h 45m", "👌"],
      [
        "them",
        "3h 20m",
        "Your Tuesday run is on the 7:15 ferry. 3 boxes, tracking https://track.gulfparts.example/shipments/0f3c9a7e-52d1-4b8c-9e6f-2a1d7c40b855?source=sms&lang=en&utm_campaign=counter_pickup_reminder_2026_11",
      ],
      ["tomas", "3h 10m", "Got it, thanks"],
    ],
  },
  {
    line: "workshop",
    with: "giulia-sartori",
    messages: [
      ["them", "11d 7h", "Buongiorno! Il winch di dritta fa un rumore strano sotto carico. Lo revisionate voi?"],
      [
        "tomas",
        "11d 6h",
        "Buongiorno Giulia! Sì, lo smontiamo, puliamo e ingrassiamo. Due ore di lavoro, 190 dollari più eventuali molle.",
      ],
      ["them", "11d 5h 45m", "Perfetto, grazie mille! Lo porto domani 🔧"],
      ["tomas", "10d 3h", "Fatto! Erano due molle rotte. È come nuovo."],
      ["them", "10d 2h 50m", "Siete bravissimi 👏"],
    ],
  },
  {
    line: "workshop",
    with: "haneul-kim",
    messages: [
      ["them", "5d 9h", "안녕하세요, 무전기(VHF)가 송신이 안 됩니다. 안테나 문제일까요?"],
      ["tomas", "5d 8h", "안녕하세요! 커넥터에 물이 들어갔을 가능성이 커요. 내일 오전에 확인해 드릴게요."],
      ["them", "5d 7h 50m", "네, 감사합니다! 🙇‍♀️"],
    ],
  },
  {
    line: "workshop",
    with: "pete-larkin",
    messages: [
      ["them", "20h", "Youth fleet damage report 😅"],
      ["them", "19h 59m", "1 cracked rudder, 2 bent tiller extensions, 1 hole (small), 1 hole (not small)"],
      ["tomas", "19h 40m", "How not small?"],
      ["them", "19h 38m", "Fits a shoe"],
      ["tomas", "19h 35m", "Whose shoe"],
      ["them", "19h 30m", "🙈🙈🙈"],
      [
        "tomas",
        "19h 12m",
        "Bring them all on Thursday, I will have the glass guy here. First repair of the season is on the house, the shoe is not.",
      ],
    ],
  },
  {
    line: "workshop",
    with: "wes-calloway",
    messages: [
      [
        "tomas",
        "2d 6h",
        "Captain, the haul-out special: 20% off bottom paint this month only! Book today at https://alderbay.example/offer",
        { fails: "blocked_as_spam" },
      ],
      [
        "tomas",
        "2d 5h",
        "Hi Wes, Tomás from Alder Bay. Do you want Islander's bottom done while she is out? I have the paint here.",
      ],
      ["them", "2d 1h", "Sure, same blue as last year"],
    ],
  },
  {
    line: "workshop",
    with: "imogen-hale",
    messages: [
      ["them", "14d 10h", "Hi from Hobart! Did the new standing rigging for Curlew arrive?"],
      [
        "tomas",
        "14d 4h",
        "Hi Imogen! Yes, all ten wires, swaged and labelled. Mast goes up on Wednesday, weather permitting.",
      ],
      ["them", "14d 2h", "Legend. Send pics when she's dressed 🤩"],
      ["tomas", "12d 1h", "She is up. Tuned at the dock to 15% and I will check again after her first sail."],
      ["them", "11d 20h", "🎉🎉🎉"],
    ],
  },
  {
    line: "workshop",
    with: "diego-salinas",
    unread: 1,
    messages: [
      [
        "them",
        "26m",
        "Ingeniero, la bomba de achique del Pelican II arranca sola cada 20 minutos. ¿Me preocupo o aguanta hasta el lunes?",
      ],
    ],
  },
  {
    line: "workshop",
    with: "youssef-amrani",
    messages: [
      ["them", "6d 9h", "السلام عليكم، نحتاج فلتر زيت للمحرك رقم القطعة 129150-35170 (قطعتان)."],
      [
        "tomas",
        "6d 8h",
        "وعليكم السلام كابتن يوسف، متوفر. السعر 24.50 دولاراً للقطعة، ويمكنك استلامها من الورشة اليوم حتى الساعة 17:00.",
      ],
      ["them", "6d 7h 50m", "تمام، سأرسل أحد البحارة."],
    ],
  },
  {
    line: "workshop",
    with: "bram-de-wit",
    messages: [
      ["them", "18d 5h", "Hoi! Kunnen jullie een gebroken spinnakerboom lassen? Aluminium, 4 meter."],
      [
        "tomas",
        "18d 4h",
        "Hoi Bram! Lassen maakt hem zwak; beter een binnenbus van 30 cm met popnagels. Klaar terwijl je wacht.",
      ],
      ["them", "18d 3h 50m", "Top, ik kom er nu aan"],
    ],
  },
  {
    line: "workshop",
    with: "unknown-lost",
    messages: [
      [
        "them",
        "4d 11h",
        "Found a dinghy oar with ALDER BAY 3 burned into it on the beach at Cape Disappointment?? You missing one",
      ],
      [
        "tomas",
        "4d 10h",
        "That is 150 miles from here! It fell off our launch in the September gale. Keep it on your wall with our thanks 😄",
      ],
      ["them", "4d 9h 50m", "Ha, it already is"],
    ],
  },
  {
    line: "workshop",
    with: "unknown-es",
    messages: [
      ["them", "9h", "Buenas, ¿hacen cambio de aceite a fuera de borda de 15 caballos?"],
      [
        "tomas",
        "8h 40m",
        "Buenas, sí. Son 85 dólares con filtro y aceite de cola. Puede pasar mañana sin cita hasta las cuatro.",
      ],
    ],
  },
  {
    line: "workshop",
    with: "anke-vogt",
    messages: [
      [
        "tomas",
        "21d 2h",
        "Frau Vogt, die Rechnung für die Mastreparatur (Nr. 2198) ist unterwegs. Bei Fragen einfach hier antworten.",
      ],
      [
        "them",
        "20d 22h",
        "Danke, ist überwiesen. Die Rechnungsadresse hat sich übrigens geändert: Segelverein Nordwind e. V., Bootshafenstraße 12, 24159 Kiel.",
      ],
      ["tomas", "20d 21h", "Notiert, vielen Dank!"],
    ],
  },
];
