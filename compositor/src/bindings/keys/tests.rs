use glasshouse_config::Layers;

use super::*;

const CONFIG: &str = r#"
[bindings]
"super+a" = "focus-window left"
"super+l" = { command = "focus-window right", repeat = true }
"super" = { command = "spawn menu", on = "release" }
"super+p" = [
    { command = "spawn short", on = "release" },
    { command = "spawn long", on = "long-press", long-press-ms = 300 },
]
"Print" = { command = "capture", when-locked = true }
"super+Escape" = "enter-mode default"
"super+r" = "enter-mode resize"
"super+o" = "enter-mode open"
[mode.resize.bindings]
"l" = { command = "resize-window-by 10,0", repeat = true }
[mode.open]
once = true
[mode.open.bindings]
"f" = "spawn files"
"#;

struct Bench {
    keys: Keys,
    now: Timestamp,
    situation: Situation,
}

impl Bench {
    fn new() -> Self {
        let mut keys = Keys::new(10, Duration::from_millis(200));
        keys.set_bindings(bindings(CONFIG));
        Self { keys, now: Timestamp(Duration::from_secs(5)), situation: Situation::default() }
    }

    /// Presses what is written as a trigger; its code is made of the letter.
    fn press(&mut self, trigger: &str) -> Verdict {
        let trigger: Trigger = trigger.parse().unwrap();
        let press = Press { source: source(&trigger), triggers: &[trigger], is_modifier: is_modifier(&trigger) };
        let verdict = self.keys.press(press, self.situation, self.now);
        self.leave_once(&verdict.act);
        verdict
    }

    fn release(&mut self, trigger: &str) -> Verdict {
        self.keys.release(source(&trigger.parse().unwrap()), self.situation.locked, self.now)
    }

    fn leave_once(&mut self, act: &Option<Act>) {
        if act.as_ref().is_some_and(|act| self.keys.is_over(act)) {
            self.keys.enter(DEFAULT_MODE).unwrap();
        }
    }

    fn wait(&mut self, milliseconds: u64) -> Vec<String> {
        self.now = Timestamp(self.now.0 + Duration::from_millis(milliseconds));
        std::iter::from_fn(|| self.keys.due(self.situation.locked, self.now)).map(|act| said(&act)).collect()
    }
}

fn bindings(text: &str) -> Bindings {
    Layers::new().with_files([("config.toml".into(), text.to_owned())]).resolve().unwrap().config.bindings
}

fn source(trigger: &Trigger) -> Source {
    match trigger.input {
        glasshouse_config::Input::Key(keysym) => Source::Key(keysym.raw()),
        glasshouse_config::Input::Button(button) => Source::Button(button),
        _ => panic!("{trigger} is not held"),
    }
}

fn is_modifier(trigger: &Trigger) -> bool {
    matches!(trigger.input, glasshouse_config::Input::Key(keysym) if keysym.is_modifier_key())
}

fn said(act: &Act) -> String {
    act.binding.commands.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn check(verdict: &Verdict, swallowed: bool, act: &str) {
    assert_eq!((verdict.swallowed, verdict.act.as_ref().map(said).unwrap_or_default().as_str()), (swallowed, act));
}

#[test]
fn a_press_acts_once_and_its_release_is_taken_too() {
    let mut t = Bench::new();
    check(&t.press("super+a"), true, "focus-window left");
    check(&t.press("super+a"), true, "");
    check(&t.release("super+a"), true, "");
    check(&t.press("b"), false, "");
    check(&t.release("b"), false, "");
    assert_eq!(t.keys.deadline(), None);
}

#[test]
fn what_repeats_does_so_until_it_is_let_go_or_anything_else_happens() {
    let mut t = Bench::new();
    check(&t.press("super+l"), true, "focus-window right");
    assert_eq!(t.wait(199), [""; 0]);
    assert_eq!(t.wait(1), ["focus-window right"]);
    assert_eq!(t.wait(100), ["focus-window right"]);
    // Late by several, and still one.
    assert_eq!(t.wait(1000), ["focus-window right"]);
    t.release("super+l");
    assert_eq!(t.keys.deadline(), None);
    t.press("super+l");
    t.keys.modifiers(Modifiers { shift: true, logo: true, ..Modifiers::default() });
    assert!(t.keys.deadline().is_some());
    t.keys.modifiers(Modifiers::default());
    assert_eq!(t.keys.deadline(), None);
    t.release("super+l");
    t.press("super+l");
    t.press("x");
    assert_eq!(t.keys.deadline(), None);
}

#[test]
fn a_modifier_alone_acts_when_it_goes_up_if_nothing_came_between() {
    let mut t = Bench::new();
    check(&t.press("super"), false, "");
    check(&t.release("super"), false, "spawn menu");
    for other in ["super+a", "super+x", "super+button-left"] {
        t.press("super");
        t.press(other);
        t.release(other);
        check(&t.release("super"), false, "");
    }
    t.press("super");
    t.keys.interrupt();
    check(&t.release("super"), false, "");
}

#[test]
fn a_long_press_takes_the_place_of_the_release() {
    let mut t = Bench::new();
    check(&t.press("super+p"), true, "");
    check(&t.release("super+p"), true, "spawn short");
    t.press("super+p");
    assert_eq!(t.wait(299), [""; 0]);
    assert_eq!(t.wait(1), ["spawn long"]);
    check(&t.release("super+p"), true, "");
    // It was held long enough, though nobody looked in time.
    t.press("super+p");
    t.now = Timestamp(t.now.0 + Duration::from_secs(1));
    check(&t.release("super+p"), true, "spawn long");
    assert_eq!(t.keys.deadline(), None);
}

#[test]
fn modes_have_bindings_of_their_own_and_once_is_once() {
    let mut t = Bench::new();
    assert_eq!(t.keys.enter("resize"), Ok(Some("default".to_owned())));
    check(&t.press("super+a"), false, "");
    check(&t.press("l"), true, "resize-window-by 10,0");
    assert!(t.keys.deadline().is_some());
    assert_eq!(t.keys.enter("resize"), Ok(None));
    assert_eq!(t.keys.enter("default"), Ok(Some("resize".to_owned())));
    assert_eq!(t.keys.deadline(), None, "nothing of another mode repeats");
    check(&t.release("l"), true, "");

    t.keys.enter("open").unwrap();
    check(&t.press("x"), false, "");
    assert_eq!(t.keys.mode(), "open");
    check(&t.press("f"), true, "spawn files");
    assert_eq!(t.keys.mode(), "default");
    t.keys.enter("open").unwrap();
    check(&t.press("Escape"), true, "enter-mode default");
    let sentence = t.keys.enter("resiz").unwrap_err();
    assert!(sentence.contains("did you mean resize?"), "{sentence}");
}

#[test]
fn other_bindings_end_a_mode_that_is_gone_and_what_is_held_stays_taken() {
    let mut t = Bench::new();
    t.keys.enter("resize").unwrap();
    t.press("l");
    assert!(t.keys.set_bindings(Bindings::default()));
    assert_eq!((t.keys.mode(), t.keys.deadline()), ("default", None));
    check(&t.release("l"), true, "");
    check(&t.press("super+a"), false, "");
}

#[test]
fn a_locked_session_obeys_only_what_says_so() {
    let mut t = Bench::new();
    check(&t.press("super+p"), true, "");
    t.press("super+l");
    t.situation.locked = true;
    assert_eq!(t.wait(1000), [""; 0], "what was begun before is off too");
    check(&t.release("super+p"), true, "");
    check(&t.press("super+a"), false, "");
    check(&t.press("Print"), true, "capture");
}

#[test]
fn an_inhibitor_leaves_one_way_out() {
    let mut t = Bench::new();
    t.situation.inhibited = true;
    check(&t.press("super+a"), false, "");
    check(&t.press("super+r"), false, "");
    check(&t.press("super+Escape"), true, "enter-mode default");
}

#[test]
fn quiet_keys_are_for_programs_also_while_the_same_key_is_held() {
    let mut t = Bench::new();
    t.press("super+l");
    t.keys.quiet = true;
    check(&t.press("super+l"), false, "");
    check(&t.release("super+l"), false, "");
    t.keys.quiet = false;
    assert!(t.keys.deadline().is_some());
    check(&t.release("super+l"), true, "");
}
