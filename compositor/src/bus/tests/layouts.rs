//! Layouts from outside: calls, questions, and the end of a connection.

use std::sync::mpsc;

use glasshouse_protocols::{
    Error, Session1Proxy,
    layouts::{LayoutOptions, LayoutPlacement, Layouts1Proxy, SIGNAL},
};
use zbus::{MessageStream, message::Type};

use super::{super::*, Bench, echo, sample_question};

#[tokio::test]
async fn calls_about_layouts_arrive_and_nonsense_does_not() {
    let bench = Bench::new(echo);
    let layouts = Layouts1Proxy::new(&bench.connect().await).await.unwrap();
    let placed = |window| LayoutPlacement { window, x: 1.5, y: f64::NAN, width: 3.0, height: 4.0, shown: false };
    let options = LayoutOptions { fallback: Some("grid".into()), follows_focus: Some(true), resizes: None };
    let refused = |answer: Result<(), Error>| match answer {
        Err(Error::Refused(sentence)) => sentence,
        Err(Error::BadArgument(sentence)) => format!("bad: {sentence}"),
        other => panic!("{other:?}"),
    };
    let offer = "Offer { name: \"spiral\", fallback: Grid, follows_focus: true, resizes: false }";
    assert_eq!(refused(layouts.register("spiral", options.clone()).await), offer);
    assert_eq!(refused(layouts.unregister("spiral").await), "unregister spiral");
    assert_eq!(refused(layouts.refresh("spiral").await), "refresh spiral");
    let answer = refused(layouts.arrange(7, &[placed(3)]).await);
    assert_eq!(answer, "7 [Placement { window: WindowId(3), rect: Rect(3.0x4.0 at (1.5, NaN)), visible: false }]");
    assert!(matches!(layouts.list().await, Err(Error::Refused(sentence)) if sentence == "layouts"));

    let like = refused(layouts.register("colums", LayoutOptions::default()).await);
    assert!(like.starts_with("bad: there is no layout colums; did you mean columns?"), "{like}");
    let fallback = refused(layouts.register("spiral", LayoutOptions { fallback: Some("tree".into()), ..options }).await);
    assert_eq!(fallback, "bad: \"tree\" is no fallback; it is one of master-stack, grid, monocle");
    let long = refused(layouts.arrange(7, &vec![placed(3); 10_001]).await);
    assert_eq!(long, "bad: 10001 windows are placed; 10000 is the most");
}

#[tokio::test]
async fn arrangements_by_name_arrive() {
    let bench = Bench::new(echo);
    let session = Session1Proxy::new(&bench.connect().await).await.unwrap();
    let refused = |answer: Result<(), Error>| answer.unwrap_err().to_string();
    assert_eq!(refused(session.save_layout("work", "").await), "save work None");
    assert_eq!(refused(session.save_layout("work", "2").await), "save work Some(Index(2))");
    assert!(refused(session.save_layout("work", "0").await).starts_with("workspace cannot be \"0\""));
    assert_eq!(refused(session.restore_layout("work", 0).await), "put up work 10s");
    assert_eq!(refused(session.restore_layout("work", 1_500).await), "put up work 1.5s");
    assert!(refused(session.restore_layout("work", 600_001).await).contains("ten minutes"));
    assert_eq!(refused(session.list_layouts().await.map(drop)), "list Layout");
    assert_eq!(refused(session.delete_layout("work").await), "delete Layout work");
}

#[tokio::test]
async fn questions_go_to_the_program_that_offers_the_layout_and_its_end_is_told() {
    let (gone, ends) = mpsc::channel();
    let bench = Bench::new(move |request| match request {
        Request::Layouts { request: LayoutsRequest::Gone { provider }, .. } => gone.send(provider).unwrap(),
        other => echo(other),
    });
    let (program, other) = (bench.connect().await, bench.connect().await);
    let (mut heard, mut overheard) = (MessageStream::from(&program), MessageStream::from(&other));
    let layouts = Layouts1Proxy::new(&program).await.unwrap();
    layouts.register("fine", LayoutOptions::default()).await.unwrap();
    let next = async |stream: &mut MessageStream| {
        std::future::poll_fn(|context| zbus::export::futures_core::Stream::poll_next(std::pin::Pin::new(&mut *stream), context)).await
    };
    let question = loop {
        let message = next(&mut heard).await.unwrap().unwrap();
        if message.header().member().is_some_and(|member| member == SIGNAL) {
            break message;
        }
    };
    let (serial, asked, windows) = question.body().deserialize().unwrap();
    assert_eq!(glasshouse_protocols::layouts::ArrangeRequest { serial, question: asked, windows }, sample_question());

    assert!(ends.try_recv().is_err());
    drop((layouts, heard));
    program.close().await.unwrap();
    // What the other one has heard when a call of its own is answered is everything up to now.
    assert!(Layouts1Proxy::new(&other).await.unwrap().list().await.is_err());
    tokio::task::spawn_blocking(move || ends.recv().unwrap()).await.unwrap();
    let answer = next(&mut overheard).await.unwrap().unwrap();
    assert_eq!(answer.message_type(), Type::Error, "nobody else hears of a question");
}
