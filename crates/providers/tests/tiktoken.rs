//! The exact counter, and the guess of `core` held against it.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ziggurat_core::{HeuristicCounter, TokenCounter};
use ziggurat_providers::TiktokenCounter;

/// Texts of many kinds, each with its name.
fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for folder in ["examples/documents", "examples/documents/chat", "examples/documents/vendors"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                texts.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    for file in ["Cargo.toml", "README.md", "crates/providers/src/registry.rs"] {
        texts.push((file.to_owned(), fs::read_to_string(root.join(file)).unwrap()));
    }
    let written = WRITTEN.iter().map(|(name, text)| (*name, (*text).to_owned()));
    texts.extend(written.chain(made()).map(|(name, text)| (name.to_owned(), text)));
    texts
}

const WRITTEN: [(&str, &str); 14] = [
    (
        "German",
        "Die Verbindungsgrenze der Datenbank wurde am 12. März um 09:14 Uhr überschritten, weil ein \
        Wartungsauftrag hundert Sitzungen offen hielt. Die Rufbereitschaft erhöhte den Höchstwert vorübergehend.",
    ),
    (
        "French",
        "La réserve de connexions s'est épuisée à 9 h 14, parce qu'une tâche d'entretien en gardait \
        une centaine ouvertes. L'équipe d'astreinte a relevé la limite, puis l'a ramenée à sa valeur d'avant.",
    ),
    (
        "Polish",
        "Pula połączeń wyczerpała się o godzinie 9:14, ponieważ zadanie porządkowe trzymało sto \
        otwartych sesji. Dyżurny inżynier podniósł limit, a później przywrócił poprzednią wartość.",
    ),
    (
        "Russian",
        "Пул соединений закончился в 9:14, потому что служебная задача держала открытыми сто сеансов. \
        Дежурный инженер поднял предел, а потом вернул прежнее значение.",
    ),
    (
        "Greek",
        "Η δεξαμενή συνδέσεων εξαντλήθηκε στις 9:14, επειδή μια εργασία συντήρησης κρατούσε ανοιχτές \
        εκατό συνεδρίες.",
    ),
    ("Arabic", "نفدت مجموعة الاتصالات في الساعة التاسعة لأن مهمة صيانة أبقت مئة جلسة مفتوحة."),
    ("Hindi", "कनेक्शन पूल सुबह नौ बजे समाप्त हो गया क्योंकि एक रखरखाव कार्य ने सौ सत्र खुले रखे थे।"),
    ("Thai", "กลุ่มการเชื่อมต่อหมดลงเวลาเก้านาฬิกา เพราะงานบำรุงรักษาเปิดเซสชันค้างไว้หนึ่งร้อยรายการ"),
    (
        "Chinese",
        "数据库连接池在九点十四分耗尽，因为一个维护任务一直占用着一百个会话。值班工程师临时提高了上限，随后恢复了原来的数值。",
    ),
    (
        "Japanese",
        "接続プールは九時十四分に枯渇した。保守ジョブが百個のセッションを開いたままにしていたためである。当番の技術者が上限を一時的に引き上げた。",
    ),
    (
        "Korean",
        "연결 풀은 아홉 시 십사 분에 소진되었다. 유지 보수 작업이 백 개의 세션을 열어 두었기 때문이다.",
    ),
    ("emoji", "🚨 pool empty 🔥🔥 on-call 👩‍💻 raised the limit ✅ all good 🎉🙂 retro on Friday 📅"),
    (
        "table",
        "| service | 03-12 | 04-02 | 05-19 |\n|---|---:|---:|---:|\n| checkout | 12.5 | 0.75 | 1,204 |\n\
        | label-queue | 1.25 % | 99.97 % | 3 |\n",
    ),
    (
        "log",
        "2026-03-12T09:14:07.512Z ERROR checkout[4121] pool.rs:88 conn_timeout id=7f3a9c11-5be2-4d0e-9a47-1c22f0e8b6d4 \
        peer=10.42.7.19:5432 waited_ms=30001 attempt=3/3 trace_id=4bf92f3577b34da6a3ce929d0e0e4736\n",
    ),
];

/// Random characters, the same each time.
struct Random(u64);

impl Random {
    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % end
    }
}

const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// What programs write, and what nobody does, each with its name.
fn made() -> Vec<(&'static str, String)> {
    let mut random = Random(7);
    let base64 = format!("{LETTERS}{}{DIGITS}+/", LETTERS.to_uppercase());
    let (mut csv, mut json) = (String::new(), String::new());
    for _ in 0..200 {
        let [a, b, c] = [5, 2, 3].map(|digits| random.of(DIGITS, digits));
        csv += &format!("{a},{b}.{c},{b}\n");
        let id = random.of(HEX, 12);
        json += &format!("{{\"id\":\"{id}\",\"count\":{a},\"tags\":[\"pool\"],\"ok\":true}}\n");
    }
    vec![
        ("csv", csv),
        ("json", json),
        ("digits", random.of(DIGITS, 4_000)),
        ("hex", random.of(HEX, 4_000)),
        ("base64", random.of(&base64, 4_000)),
        ("random letters", random.of(LETTERS, 4_000)),
    ]
}

/// How many times the exact count the guess is.
fn ratio(text: &str, exact: TiktokenCounter) -> f64 {
    HeuristicCounter.count(text) as f64 / exact.count(text) as f64
}

#[test]
fn the_guess_is_seldom_too_small_and_what_it_is_at_worst_is_known() {
    let texts = texts();
    assert!(texts.len() > 30);
    for (name, text) in texts {
        let [o200k, cl100k] =
            [TiktokenCounter::o200k(), TiktokenCounter::cl100k()].map(|exact| ratio(&text, exact));
        println!("{name:50} o200k {o200k:.2} cl100k {cl100k:.2}");
        let [least, least_cl100k, most] = match name.as_str() {
            "random letters" => [0.3, 0.3, 0.4],
            "base64" => [0.65, 0.65, 0.8],
            "hex" => [0.9, 0.9, 1.1],
            "Russian" | "Greek" | "Arabic" | "Hindi" | "Thai" => [1.0, 0.95, 3.7],
            name if name.starts_with("20") => [1.05, 1.05, 1.25],
            _ => [0.95, 0.85, 1.6],
        };
        assert!((least..=most).contains(&o200k), "{name}: {o200k}");
        assert!((least_cl100k..=most).contains(&cl100k), "{name}: {cl100k}");
    }
}

#[test]
fn a_count_is_that_of_the_tokenizer_unless_a_run_is_long() {
    let counter = TiktokenCounter::o200k();
    for (text, tokens) in [("", 0), ("a", 1), ("hello world", 2), ("<|endoftext|>", 7), ("\n", 1)] {
        assert_eq!(counter.count(text), tokens, "{text:?}");
    }
    // 8 letters to a token, and at most one more for each cut.
    let long = counter.count(&"a".repeat(100_000));
    assert!((12_500..12_550).contains(&long), "{long}");
}

#[test]
fn a_model_has_its_tokenizer_or_none() {
    let name =
        |model: &str| TiktokenCounter::for_model(model).map(|counter| format!("{counter:?}"));
    for model in ["gpt-5.4-mini", "openai/gpt-4o", "o3", "gpt-oss-120b", "ft:gpt-4o:us:x:1"] {
        assert_eq!(name(model).as_deref(), Some("TiktokenCounter(\"o200k_base\")"), "{model}");
    }
    assert_eq!(name("gpt-4").as_deref(), Some("TiktokenCounter(\"cl100k_base\")"));
    for model in ["claude-haiku-5-5", "llama3", "text-davinci-003", ""] {
        assert_eq!(name(model), None, "{model}");
    }
}

#[test]
fn the_time_is_linear_in_the_text_whatever_it_holds() {
    let counter = TiktokenCounter::o200k();
    counter.count("the tables are read");
    for unit in ["a", " ", "\n", "=", "7", "🎉", "\u{301}", "The pool. ", " \u{2003}"] {
        for counter in [&counter as &dyn TokenCounter, &HeuristicCounter] {
            let text = unit.repeat(1_000_000 / unit.len());
            let begun = Instant::now();
            assert!(counter.count(&text) > 5_000);
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(10), "{unit:?} took {took:?}");
        }
    }
}
