import type { Thread } from "./thread.ts";

/** What came and went over the front desk's line: berths, bookings, invoices. */
export const FRONT_DESK: readonly Thread[] = [
  {
    line: "desk",
    with: "nora-whitfield",
    unread: 1,
    messages: [
      [
        "them",
        "6d 3h",
        "Hi Mara, Nora here (Kittiwake, slip C14). When is the next haul-out slot? The prop has picked up a crab pot line again 🦀",
      ],
      [
        "mara",
        "6d 2h 48m",
        "Oh no, not again! I have Thursday at 9:00 or Friday at 13:30. The lift is booked solid after that until the 3rd.",
      ],
      ["them", "6d 2h 31m", "Friday 13:30 please"],
      [
        "mara",
        "6d 2h 30m",
        "Done. Please be at the lift dock 15 minutes early with fenders out on both sides. The crew will take your lines.",
      ],
      [
        "them",
        "1d 5h",
        "She looks great on the stands 😍 Tomás says the cutless bearing is worn. How much would that add?",
      ],
      [
        "mara",
        "1d 4h 20m",
        "Bearing and labor come to $412 before tax, and we can do it while she is out anyway, so no second lift fee. Shall I add it to the work order?",
      ],
      ["them", "1d 4h 2m", "Yes, go ahead 👍"],
      [
        "mara",
        "22m",
        "All set: the bearing is in and she goes back in the water tomorrow at 10:00. The invoice is at https://alderbay.example/i/2291",
      ],
      [
        "them",
        "4m",
        "Perfect, thank you! Could somebody leave the key in the lockbox? We will be there around 11 with the kids 👨‍👩‍👧‍👦⛵️",
      ],
    ],
  },
  {
    line: "desk",
    with: "lucia-ferrer",
    unread: 2,
    messages: [
      ["them", "3d 6h", "Hola, ¿tienen amarre para un velero de 12 metros del 4 al 11? Somos cuatro a bordo."],
      [
        "mara",
        "3d 5h 40m",
        "¡Hola, Lucía! Sí: el D7 está libre esa semana. Son 58 dólares por noche, con agua y electricidad.",
      ],
      ["them", "3d 5h 12m", "Perfecto, resérvelo por favor. ¿Hay lavandería?"],
      [
        "mara",
        "3d 5h",
        "Reservado 😊 Lavandería y duchas detrás de la oficina, abiertas las 24 horas. El código se lo doy al llegar.",
      ],
      [
        "them",
        "11m",
        "Mara, vamos con retraso por el viento: llegaremos sobre las once de la noche. ¿Habrá alguien para coger las amarras?",
      ],
      ["them", "10m", "Calado 2,10 m, por si hay poca agua en la entrada 🌊"],
    ],
  },
  {
    line: "desk",
    with: "camille-aubry",
    messages: [
      [
        "them",
        "8d 4h",
        "Bonjour, je voudrais un devis pour l'hivernage à sec de notre Pétrel (9,80 m, 4,2 tonnes), de novembre à avril.",
      ],
      [
        "mara",
        "8d 2h",
        "Bonjour Camille ! Voici ce que je vous propose pour Pétrel, du 1er novembre au 15 avril : sortie et remise à l'eau avec le travelift, lavage haute pression de la carène, calage sur ber avec sangles de tempête, vidange et mise hors gel du moteur et du circuit d'eau douce, bâche ventilée, deux contrôles par mois avec photos, et l'électricité pour le déshumidificateur. Le tout à 2 860 dollars, payable en deux fois. Le démâtage est en supplément (340 dollars), mais je vous le conseille cette année : le gréement dormant a bientôt dix ans et nous pourrions l'inspecter au sol sans frais. Dites-moi ce que vous en pensez, et prenez votre temps : je vous garde la place jusqu'à la fin du mois.",
      ],
      ["them", "7d 20h", "C'est très clair, merci ! D'accord pour le démâtage aussi. Où dois-je signer ?"],
      [
        "mara",
        "7d 19h 30m",
        "Ici : https://alderbay.example/fr/devis/1187?bateau=petrel&saison=hiver Merci de votre confiance ⚓️",
      ],
      ["them", "7d 18h", "Signé ! À bientôt."],
    ],
  },
  {
    line: "desk",
    with: "beatriz-moura",
    messages: [
      ["them", "2d 9h", "Oi, Mara! O boleto da vaga venceu ontem e eu só vi agora 🙈 Posso pagar hoje?"],
      ["mara", "2d 8h 50m", "Oi, Beatriz! Pode sim, sem multa. O link é o mesmo: https://alderbay.example/pay/B-0931"],
      ["them", "2d 8h 30m", "Paguei agora. Muito obrigada!! 🙏🏽"],
      ["mara", "2d 8h 29m", "Recebido ✅ Bom fim de semana no mar!"],
    ],
  },
  {
    line: "desk",
    with: "aoi-morita",
    unread: 1,
    messages: [
      [
        "them",
        "5d 1h",
        "はじめまして。森田と申します。来月、ヨット「かもめ」(32フィート)を一週間停泊させていただけますか。",
      ],
      [
        "mara",
        "5d 40m",
        "森田さま、ご連絡ありがとうございます。はい、B3のバースをご用意できます。電気と水道も使えます。",
      ],
      ["them", "5d 25m", "ありがとうございます。とても助かります。到着は12日の夕方になりそうです。"],
      ["mara", "5d 20m", "承知いたしました。日没後の場合は、入口の赤灯を左に見てお進みください。お気をつけて 🌅"],
      ["them", "47m", "すみません、台風の影響で二日ほど遅れそうです。予約を14日からに変更できますか。"],
    ],
  },
  {
    line: "desk",
    with: "layla-haddad",
    unread: 1,
    messages: [
      ["them", "4d 7h", "مرحبا مارا، هل يوجد رصيف ليخت طوله 18 متراً ليومين؟ اسم اليخت Noor Al Bahr."],
      ["mara", "4d 6h 45m", "أهلاً ليلى! نعم، الرصيف A2 متاح من 9 إلى 11، والسعر 95 دولاراً لليلة."],
      ["them", "4d 6h 30m", "ممتاز، نصل الساعة 14:30 تقريباً إن شاء الله."],
      ["mara", "4d 6h 28m", "بانتظاركم. عند الاقتراب نادوا على القناة 68 (VHF 68) واطلبوا Alder Bay."],
      ["them", "34m", "شكراً لكم على الضيافة الرائعة 🌷 هل يمكن تمديد الحجز ليلة واحدة حتى يوم 12؟"],
    ],
  },
  {
    line: "desk",
    with: "chen-xiaoyu",
    messages: [
      ["them", "1d 9h", "您好，我们想订购两套33英尺帆船的防雨罩，请问可以发货到厦门吗？"],
      ["mara", "1d 8h 30m", "陈女士您好！可以发货，海运大约四周，空运一周。请问是同一型号吗？"],
      ["them", "1d 8h 10m", "是的，同一型号，颜色要海军蓝。麻烦给我们一个含运费的报价，谢谢！"],
      [
        "mara",
        "1d 7h",
        "好的：两套共 1,940 美元，海运 310 美元，空运 780 美元。报价单：https://alderbay.example/zh/q/552 🚢",
      ],
      ["them", "1d 6h 50m", "收到，我们选海运。"],
    ],
  },
  {
    line: "desk",
    with: "unknown-trailer",
    unread: 2,
    messages: [
      ["them", "8m", "Hi is this the boatyard? Do you take 24 ft powerboats on a trailer for the winter"],
      ["them", "7m", "Saw your sign at the ramp. Need it out of my driveway before the first snow lol"],
    ],
  },
  {
    line: "desk",
    with: "marguerite-okafor",
    messages: [
      [
        "mara",
        "9d 2h",
        "Hello Marguerite, the crane is yours for the club's fall haul-out on Saturday the 18th. How many boats should we plan for?",
      ],
      ["them", "9d 1h", "Wonderful. 23 at last count, though the Thistles always turn up late and act surprised."],
      [
        "mara",
        "9d 50m",
        "Ha! We will keep four stands back for the Thistles. Here is the plan for the day:\n\n07:30 briefing at the crane\n08:00 boats 1 to 8\n10:30 coffee ☕️\n11:00 boats 9 to 16\n13:30 lunch\n14:30 boats 17 to 23\n\nEveryone brings two long lines and their own cradle number.",
      ],
      ["them", "9d 30m", "You think of everything. Sending it to the members now."],
      ["them", "2d 4h", "Update: 25 boats. The Thistles multiplied."],
      ["mara", "2d 3h 50m", "Of course they did 😄 25 it is."],
    ],
  },
  {
    line: "desk",
    with: "rosalind-achebe",
    messages: [
      [
        "mara",
        "2d 22h",
        "Storm notice for boats on the outer docks: a gale warning is posted from tomorrow 16:00 until Thursday 06:00, wind south-east 40 to 45 knots with gusts to 55, and the highest tide of the month at 03:20. Please do the following before 14:00 tomorrow, or tell us and we do it for you at no charge: double the bow and stern lines and add two springs; put chafe guards where lines pass fairleads; take off or lash roller-furling sails, biminis, dodgers and anything else that catches wind; close seacocks that are not needed; check that the bilge pump runs by itself and that the battery is full; bring the dinghy ashore. Do not come down to the docks during the gale: the ramps are steep at that tide and the outer fingers may be awash. We will walk the docks every two hours and text you a photo of your boat in the evening. Alder Bay, channel 68.",
      ],
      [
        "them",
        "2d 21h 30m",
        "Thank you. We are in Portland, could you double the lines on Curlew and take the bimini off? Key is in the usual place.",
      ],
      ["mara", "2d 21h", "Consider it done."],
      ["mara", "1d 23h", "Curlew is fine and dry. Highest gust so far 51 knots. Sleep well 🌙"],
      ["them", "1d 14h", "You are the best boatyard on this coast. ❤️"],
    ],
  },
  {
    line: "desk",
    with: "otto-brill",
    messages: [
      [
        "mara",
        "3d 2h",
        "Mr. Brill, the survey of Curlew is set for Monday at 08:30. Will you need the mast down?",
        { fails: "landline" },
      ],
    ],
  },
  {
    line: "desk",
    with: "sam-tidewell",
    messages: [
      ["them", "19d 3h", "Need to cancel slip F2 for December, selling the Islander 😢"],
      [
        "mara",
        "19d 2h",
        "Sorry to hear it, Sam. Canceled, and the deposit goes back to your card this week. If the buyer needs a slip, send them our way.",
      ],
      ["them", "19d 1h 40m", "Will do. Thanks for eight good years."],
    ],
  },
  {
    line: "desk",
    with: "june-castellan",
    messages: [
      [
        "them",
        "13h",
        "We have 14 guests on Pelican II on Saturday instead of 10. Can you open the east gate for a minibus?",
      ],
      ["mara", "12h 50m", "Yes. Gate code for Saturday is 4471#, valid from 08:00 to 18:00."],
      ["them", "12h 44m", "Brilliant"],
      [
        "mara",
        "1h 10m",
        "One more thing, June: the fuel dock closes at 15:00 on Saturday for the regatta. Better fill up on Friday.",
      ],
      ["them", "1h 2m", "👍🏿"],
    ],
  },
  {
    line: "desk",
    with: "eleni-markou",
    messages: [
      ["them", "10d 5h", "Καλησπέρα, έχετε διαθέσιμα ηλεκτρονικά διαγράμματα για την ακτή; Ξεκινάμε την Κυριακή."],
      ["mara", "10d 4h", "Καλησπέρα Ελένη! Ναι, στο κατάστημα ή εδώ: https://alderbay.example/charts"],
      ["them", "10d 3h 50m", "Ευχαριστώ πολύ! ⛵️"],
    ],
  },
  {
    line: "desk",
    with: "hugh-pemberton",
    messages: [
      [
        "them",
        "12d 6h",
        'The form on your site says "Error: <berth> is required & must be > 0" whatever I type. I\'m after any berth at all, frankly.',
      ],
      [
        "mara",
        "12d 5h 45m",
        "Sorry about that, Hugh! Forget the form: I have put you on E9. And I have told our web person.",
      ],
      ["them", "12d 5h 40m", "Splendid. The old ways are best."],
    ],
  },
  {
    line: "desk",
    with: "ingrid-solheim",
    messages: [
      [
        "mara",
        "6h 10m",
        "Hei Ingrid! Fjordlys er klar: ny bunnstoff, nye anoder, og vi har smurt kjølboltene. Du kan hente henne når som helst etter klokken tolv.",
      ],
      ["them", "5h 30m", "Tusen takk! Så raskt! Vi kommer på lørdag 🇳🇴"],
    ],
  },
  {
    line: "desk",
    with: "olena-boyko",
    messages: [
      ["them", "15d 8h", "Добрий день! Чи можна залишити «Чайку» у вас до весни? Потрібна стоянка під дахом."],
      ["mara", "15d 7h", "Добрий день, Олено! Так, у другому ангарі є місце. Ціна за п'ять місяців — 1 450 доларів."],
      ["them", "15d 6h 30m", "Чудово, беремо. Дякую вам велике 💙💛"],
    ],
  },
  {
    line: "desk",
    with: "amelie-roy",
    messages: [
      [
        "mara",
        "16h",
        "Bonjour Amélie, petit rappel : la facture 2274 (186,50 $) arrive à échéance vendredi. Pour payer en ligne : https://alderbay.example/pay/F-2274",
        { fails: "unreachable" },
      ],
      [
        "mara",
        "15h",
        "Bonjour Amélie, petit rappel : la facture 2274 (186,50 $) arrive à échéance vendredi. Pour payer en ligne : https://alderbay.example/pay/F-2274",
      ],
    ],
  },
  {
    line: "desk",
    with: "unknown-fuel",
    unread: 1,
    messages: [
      ["them", "2h 15m", "Evening. What time does the fuel dock open tomorrow and is it diesel or petrol only? Cheers"],
    ],
  },
  {
    line: "desk",
    with: "teresa-nunes",
    messages: [
      ["them", "17d 2h", "Boa tarde! Esqueci-me de um casaco amarelo no duche. Alguém o encontrou?"],
      ["mara", "17d 1h", "Boa tarde, Teresa! Sim, está na receção à sua espera 🧥"],
      ["them", "17d 50m", "Que alívio! Passo aí amanhã."],
    ],
  },
];
