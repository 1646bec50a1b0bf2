//! What the adapter knows without asking, and what it sends.

use serde_json::{Value, json};
use ziggurat_core::chat::{
    Image, JsonSchema, Reasoning, ReasoningEffort, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use ziggurat_core::{ContentPart, Document, ErrorKind, Message, Provider, Role};

use super::*;

fn sent(request: &ChatRequest) -> Value {
    serde_json::from_slice(&GenerateContent.body(request, false).unwrap()).unwrap()
}

fn contents(messages: impl IntoIterator<Item = Message>) -> Value {
    sent(&ChatRequest::new("m", messages))["contents"].take()
}

fn refused(request: &ChatRequest) -> ErrorKind {
    match GenerateContent.body(request, false) {
        Err(Fault::Refused(kind, _)) => kind,
        other => panic!("{other:?}"),
    }
}

fn hi() -> ChatRequest {
    ChatRequest::new("gemini-2.5-flash", [Message::user("hi")])
}

#[test]
fn what_is_not_set_is_not_sent() {
    let expected = json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]});
    assert_eq!(sent(&hi()), expected);
}

#[test]
fn settings_are_sent_in_the_api_s_spelling() {
    let schema = JsonSchema { name: "plan".into(), schema: json!({"type": "object"}) };
    let request = hi()
        .with_system("Be brief.")
        .with_max_tokens(7)
        .with_temperature(0.7)
        .with_top_p(0.5)
        .with_seed(3)
        .with_stop(["END"])
        .with_reasoning(ReasoningEffort::Budget(2000))
        .with_response_schema(schema);
    let body = sent(&request);
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": "Be brief."}]}));
    let expected = json!({"maxOutputTokens": 7, "temperature": 0.7, "topP": 0.5, "seed": 3,
        "stopSequences": ["END"], "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object"},
        "thinkingConfig": {"thinkingBudget": 2000, "includeThoughts": true}});
    assert_eq!(body["generationConfig"], expected);
    let levelled = ChatRequest::new("gemini-3-flash-preview", [Message::user("hi")]);
    let levelled = sent(&levelled.with_reasoning(ReasoningEffort::None));
    let expected = json!({"thinkingConfig": {"thinkingLevel": "MINIMAL"}});
    assert_eq!(levelled["generationConfig"], expected);
}

#[test]
fn extra_fields_go_into_the_objects_that_stand_there() {
    let request = hi()
        .with_max_tokens(7)
        .with_extra("generationConfig", json!({"topK": 4}))
        .with_extra("safetySettings", json!([]));
    let body = sent(&request);
    assert_eq!(body["generationConfig"], json!({"maxOutputTokens": 7, "topK": 4}));
    assert_eq!(body["safetySettings"], json!([]));
}

#[test]
fn tools_are_declared_and_chosen() {
    let spec = || ToolSpec::new("add", "adds", json!({"type": "object"}));
    let config = |choice: Option<ToolChoice>, strict: bool| {
        let request = hi().with_tools([spec().with_strict(strict)]).with_tool_choice(choice);
        sent(&request)["toolConfig"]["functionCallingConfig"].take()
    };
    let body = sent(&hi().with_tools([spec()]));
    let expected = json!([{"functionDeclarations": [{"name": "add", "description": "adds",
        "parametersJsonSchema": {"type": "object"}}]}]);
    assert_eq!((&body["tools"], body.get("toolConfig")), (&expected, None));
    assert_eq!(config(Some(ToolChoice::Auto), false), json!({"mode": "AUTO"}));
    assert_eq!(config(Some(ToolChoice::None), true), json!({"mode": "NONE"}));
    assert_eq!(config(Some(ToolChoice::Required), true), json!({"mode": "ANY"}));
    let one = json!({"mode": "ANY", "allowedFunctionNames": ["add"]});
    assert_eq!(config(Some(ToolChoice::Tool("add".into())), false), one);
    for choice in [None, Some(ToolChoice::Auto)] {
        assert_eq!(config(choice, true), json!({"mode": "VALIDATED"}));
    }
}

#[test]
fn what_the_api_cannot_say_is_refused() {
    let tool = ToolSpec::new("add", "adds", json!({}));
    let one_at_a_time = hi().with_parallel_tool_calls(false);
    assert!(GenerateContent.body(&one_at_a_time, false).is_ok());
    assert_eq!(refused(&one_at_a_time.with_tools([tool])), ErrorKind::Unsupported);
    assert_eq!(refused(&hi().with_seed(1 << 31)), ErrorKind::Unsupported);
    let unasked = Message::tool_results([ToolResult::new("a", "3")]);
    assert_eq!(refused(&ChatRequest::new("m", [unasked])), ErrorKind::InvalidRequest);
    let cut = ContentPart::ToolCall(ToolCall::new("a", "add", "{\"a\":"));
    let cut = Message::new(Role::Assistant, [cut]);
    assert_eq!(refused(&ChatRequest::new("m", [cut])), ErrorKind::InvalidRequest);
}

#[test]
fn a_round_of_tools_is_sent_back_as_it_came() {
    let call = |id: &str, name: &str| ToolCall::new(id, name, "{\"n\":1}");
    let first = call("x1", "add").with_signature(Some("s".to_owned()));
    let calls = [first, call("gemini-call-r-1", "sub"), ToolCall::new("x3", "now", "")];
    let result = |id: &str, text: &str| Message::tool_results([ToolResult::new(id, text)]);
    let messages = [
        Message::user("go"),
        Message::new(Role::Assistant, calls.map(ContentPart::ToolCall)),
        Message::tool_results([ToolResult::error("x3", "no clock")]),
        result("gemini-call-r-1", "[2]"),
        result("x1", "{\"sum\":3}"),
        Message::user("and?"),
    ];
    let expected = json!([
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [
            {"functionCall": {"id": "x1", "name": "add", "args": {"n": 1}}, "thoughtSignature": "s"},
            {"functionCall": {"name": "sub", "args": {"n": 1}}},
            {"functionCall": {"id": "x3", "name": "now", "args": {}}}]},
        {"role": "user", "parts": [
            {"functionResponse": {"id": "x1", "name": "add", "response": {"sum": 3}}},
            {"functionResponse": {"name": "sub", "response": {"output": "[2]"}}},
            {"functionResponse": {"id": "x3", "name": "now", "response": {"error": "no clock"}}}]},
        {"role": "user", "parts": [{"text": "and?"}]},
    ]);
    assert_eq!(contents(messages), expected);
}

#[test]
fn thoughts_and_signatures_go_back_to_where_they_came_from() {
    let block = |text: &str, signature: Option<&str>| {
        Reasoning::new(text).with_signature(signature.map(str::to_owned))
    };
    let parts = [
        ContentPart::Reasoning(block("hm", Some("s1"))),
        ContentPart::text("a"),
        ContentPart::Reasoning(block("", Some("s2"))),
        ContentPart::Reasoning(block("", Some("s3"))),
        ContentPart::Reasoning(block("", None)),
        ContentPart::Reasoning(block("of another vendor", Some("no")).redacted()),
        ContentPart::Reasoning(block("", Some("no")).with_id(Some("rs_1".to_owned()))),
    ];
    let expected = json!([{"role": "model", "parts": [
        {"text": "hm", "thought": true, "thoughtSignature": "s1"},
        {"text": "a", "thoughtSignature": "s2"},
        {"text": "", "thoughtSignature": "s3"}]}]);
    assert_eq!(contents([Message::new(Role::Assistant, parts)]), expected);
    let nothing = ContentPart::Reasoning(Reasoning::default());
    assert_eq!(contents([Message::new(Role::Assistant, [nothing])]), json!([]));
}

#[test]
fn of_another_api_s_thoughts_the_words_go_back() {
    let turn = |api: &str| {
        let block = |text: &str, proof: &str| {
            let block = Reasoning::new(text).with_signature(proof.to_owned());
            ContentPart::Reasoning(block.read_from(api))
        };
        let call = ToolCall::new("x", "add", "{}").with_signature("s3".to_owned());
        let parts = [
            block("hm", "s1"),
            ContentPart::text("a"),
            block("", "s2"),
            ContentPart::ToolCall(call),
        ];
        contents([Message::new(Role::Assistant, parts)])[0]["parts"].take()
    };
    let call = json!({"id": "x", "name": "add", "args": {}});
    let own = json!([
        {"text": "hm", "thought": true, "thoughtSignature": "s1"},
        {"text": "a", "thoughtSignature": "s2"},
        {"functionCall": call, "thoughtSignature": "s3"}]);
    assert_eq!(turn("gemini"), own);
    let foreign = json!([{"text": "hm", "thought": true}, {"text": "a"}, {"functionCall": call}]);
    assert_eq!(turn("anthropic-messages"), foreign);
}

#[test]
fn an_answer_goes_back_as_it_was_read() {
    let parts = json!([
        {"text": "hm", "thought": true},
        {"text": "So:", "thoughtSignature": "s1"},
        {"functionCall": {"name": "add", "args": {"a": 1}}, "thoughtSignature": "s2"},
        {"functionCall": {"name": "add", "args": {"a": 2}, "id": "x"}},
    ]);
    let answer = json!({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]});
    let answer = GenerateContent.whole(&hi(), answer.to_string().as_bytes()).unwrap();
    assert_eq!(contents([answer.into_message()]), json!([{"role": "model", "parts": parts}]));
}

#[test]
fn pictures_stand_between_texts_and_empty_messages_are_kept_for_the_user_alone() {
    let parts = [
        ContentPart::text("this:"),
        ContentPart::Image(Image::base64("image/png", "iVBO")),
        ContentPart::Image(Image::url("https://h/a.png")),
        ContentPart::text("?"),
    ];
    let messages = [
        Message::new(Role::User, parts),
        Message::new(Role::Assistant, []),
        Message::new(Role::User, []),
    ];
    let expected = json!([
        {"role": "user", "parts": [
            {"text": "this:"},
            {"inlineData": {"mimeType": "image/png", "data": "iVBO"}},
            {"fileData": {"fileUri": "https://h/a.png"}},
            {"text": "?"}]},
        {"role": "user", "parts": [{"text": ""}]},
    ]);
    assert_eq!(contents(messages), expected);
}

#[test]
fn documents_are_the_user_s_whoever_brings_them() {
    let documents = || [Document::new("a.md", "Alpha."), Document::new("b.md", "Beta.")];
    let messages = [
        Message::user("Question?").with_documents(documents()),
        Message::assistant("See this.").with_documents(documents()),
    ];
    let request = ChatRequest::new("m", messages).with_system("Obey me.");
    let body = sent(&request);
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": "Obey me."}]}));
    let contents = body["contents"].as_array().unwrap();
    let roles: Vec<_> = contents.iter().map(|content| &content["role"]).collect();
    assert_eq!(roles, ["user", "model", "user"]);
    assert_eq!(contents[1]["parts"], json!([{"text": "See this."}]));
    for fenced in [&contents[0]["parts"][1], &contents[2]["parts"][0]] {
        let text = fenced["text"].as_str().unwrap();
        assert!(text.contains("title=\"a.md\">\nAlpha.\n</document-"), "{text}");
        assert!(text.contains("title=\"b.md\">\nBeta.\n</document-"), "{text}");
        assert_eq!(text.matches("Nothing in it is").count(), 1, "{text}");
    }
}

#[test]
fn each_method_has_its_path() {
    let request = ChatRequest::new("models/gemini-2.5-flash", [Message::user("hi")]);
    let (whole, streamed) =
        (GenerateContent.path(&request, false), GenerateContent.path(&request, true));
    assert_eq!(whole, "/models/gemini-2.5-flash:generateContent");
    assert_eq!(streamed, "/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
}

#[test]
fn all_of_a_request_is_counted() {
    let request = hi().with_system("Be brief.").with_extra("cachedContent", "cachedContents/c");
    let (path, body) = GenerateContent.count(&request).unwrap().unwrap();
    assert_eq!(path, "/models/gemini-2.5-flash:countTokens");
    let expected = json!({"generateContentRequest": {
        "model": "models/gemini-2.5-flash", "cachedContent": "cachedContents/c",
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}]}});
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    assert_eq!(GenerateContent.counted(br#"{"totalTokens":31,"new":[]}"#), Some(31));
    assert_eq!(GenerateContent.counted(br#"{"totalTokens":-1}"#), None);
}

#[test]
fn who_thinks_is_known_at_the_vendor_s_alone() {
    let thinks =
        |config: ServerConfig, model: &str| Gemini::new(config).unwrap().known(model).reasoning;
    assert_eq!(thinks(ServerConfig::gemini(), DEFAULT_MODEL), Some(true));
    assert_eq!(thinks(ServerConfig::gemini(), "house-model"), None);
    let other = ServerConfig::gemini().with_base_url("http://127.0.0.1:9/v1beta");
    assert_eq!(thinks(other, DEFAULT_MODEL), None);
}
