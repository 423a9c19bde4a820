//! Kubernetes objects: workloads with their containers, config maps and secrets.

use std::collections::BTreeMap;

use super::{
    Family,
    command::{Command, Runs},
    gathered::{Gathered, Object, Raw, Sheet, Whole},
    yaml::Node,
};

/// How many variables of one container are looked at.
const ENTRIES: usize = 5_000;

/// How deep lists of objects are followed.
const LISTS: u32 = 3;

/// Where the pod of a kind stands.
fn pod_path(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Pod" => Some(&["spec"]),
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "Job"
        | "Rollout"
        | "Service"
        | "DeploymentConfig"
        | "ReplicationController"
        | "Configuration" => Some(&["spec", "template", "spec"]),
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        _ => None,
    }
}

/// Reads one object.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>, object: &Node) {
    read_inner(gathered, at, object, LISTS);
}

fn read_inner(gathered: &mut Gathered, at: Sheet<'_>, object: &Node, left: u32) {
    if gathered.found.is_cut {
        return;
    }
    let kind = object.text_at(&["kind"]).unwrap_or_default();
    let pod = pod_path(kind).and_then(|path| object.at(path));
    match (kind, pod) {
        ("List" | "Template", _) if left > 0 => {
            for item in ["items", "objects"].iter().filter_map(|name| object.get(name)).flat_map(Node::list) {
                read_inner(gathered, at, item, left - 1);
            }
        }
        ("ConfigMap" | "Secret", _) => variables_of(gathered, at, object, kind == "Secret"),
        ("Kustomization" | "Component", _) => super::kustomize::read(gathered, at, object),
        (_, Some(pod)) if pod.get("containers").is_some() => workload(gathered, at, object, kind, pod),
        _ => rest(gathered, at, object),
    }
}

/// An object that is no workload may still bring variables to one.
fn rest(gathered: &mut Gathered, at: Sheet<'_>, object: &Node) {
    let text = at.text.get(object.span.range()).unwrap_or_default();
    gathered.mention(text);
    if !object.is_map() && (text.contains("envFrom") || text.contains("/env")) {
        gathered.patched = Some("patches in the tree change the variables of containers".to_owned());
    }
}

/// A config map or secret.
fn variables_of(gathered: &mut Gathered, at: Sheet<'_>, object: &Node, is_secret: bool) {
    let Some(name) = object.text_at(&["metadata", "name"]) else { return };
    let mut names = BTreeMap::new();
    for part in ["data", "stringData"].iter().filter_map(|part| object.get(part)) {
        for (key, node, value) in part.entries() {
            names.insert(key.to_owned(), at.place(node.span));
            if is_secret {
                gathered.hide(at.place(value.span));
            }
            // A file of variables in a config map is mounted and read by whoever starts the program.
            if value.text().is_some_and(|text| text.contains('\n')) {
                gathered.mention(value.text().unwrap_or_default());
            }
        }
    }
    let plain = if is_secret { "stringData" } else { "data" };
    for (key, _, value) in object.get(plain).map(Node::entries).unwrap_or_default() {
        gathered.literal(key, value.text().unwrap_or_default(), at.place(value.span), true);
    }
    for (key, _, value) in object.get("data").filter(|_| is_secret).map(Node::entries).unwrap_or_default() {
        gathered.encoded(key, value.text().unwrap_or_default(), at.place(value.span));
    }
    let object = Object { is_secret, name: name.to_owned() };
    // Who writes down an example keeps the real one elsewhere, and that one may hold more.
    gathered.object(object, (!is_example(at)).then_some(names));
}

fn is_example(at: Sheet<'_>) -> bool {
    let name = at.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ["example", "template", "sample", "dist"].iter().any(|word| name.contains(word))
}

fn workload(gathered: &mut Gathered, at: Sheet<'_>, object: &Node, kind: &str, pod: &Node) {
    let name = object.text_at(&["metadata", "name"]).unwrap_or_default();
    let injector = injector(object);
    for node in pod.get("containers").map(Node::list).unwrap_or_default() {
        let Some(label) = node.get("name").or_else(|| node.get("image")) else { continue };
        let title = label.text().unwrap_or_default();
        let key = format!("kubernetes\n{kind}\n{name}\n{title}");
        let mut raw = Raw::new(Family::Kubernetes, title, at.place(label.span), key);
        raw.container.workload = format!("{kind} `{name}`");
        raw.container.has_mounts =
            ["volumeMounts", "volumeDevices"].iter().any(|name| node.get(name).is_some());
        raw.container.image = node.text_at(&["image"]).map(str::to_owned);
        if let Some(name) = &injector {
            raw.doubt(format!("the annotation `{name}` injects variables"));
        }
        command(&mut raw, node);
        environment(gathered, &mut raw, at, node);
        gathered.add(raw);
        if gathered.found.is_cut {
            return;
        }
    }
}

/// An annotation by which something else puts variables into the containers.
fn injector(object: &Node) -> Option<String> {
    const WORDS: [&str; 7] = ["vault", "doppler", "1password", "infisical", "secret", "conjur", "inject"];
    const MESHES: [&str; 5] = ["istio", "linkerd", "opentelemetry", "reloader", "checksum"];
    let places: [&[&str]; 3] = [
        &["metadata", "annotations"],
        &["spec", "template", "metadata", "annotations"],
        &["spec", "jobTemplate", "spec", "template", "metadata", "annotations"],
    ];
    let names =
        places.iter().filter_map(|path| object.at(path)).flat_map(Node::entries).map(|(name, ..)| name);
    let has = |name: &str, words: &[&str]| words.iter().any(|word| name.contains(word));
    names.into_iter().find(|name| has(name, &WORDS) && !has(name, &MESHES)).map(str::to_owned)
}

fn command(raw: &mut Raw, node: &Node) {
    let words = |name: &str| -> Vec<String> {
        let list = node.get(name).map(Node::list).unwrap_or_default();
        list.iter().filter_map(|word| word.text().map(str::to_owned)).collect()
    };
    let (command, args) = (words("command"), words("args"));
    if command.is_empty() {
        return;
    }
    let Some(found) = Command::of_words(&[command, args].concat()) else { return };
    note(raw, found);
}

/// Notes what a container runs.
pub(super) fn note(raw: &mut Raw, command: Command) {
    if let Runs::Unknown(why) = &command.runs {
        raw.doubt(why.clone());
    }
    let place = raw.container.place;
    raw.container.variables.extend(command.sets.into_iter().map(|name| (name, place)));
    raw.container.runs = Some(command.runs);
}

fn environment(gathered: &mut Gathered, raw: &mut Raw, at: Sheet<'_>, node: &Node) {
    if let Some(env) = node.get("env") {
        if env.list().is_empty() && !env.is_null() && env.text().is_some() {
            raw.doubt("its variables are not written out");
        }
        for entry in env.list().iter().take(ENTRIES) {
            match entry.get("name") {
                Some(name) => gathered.variable(raw, at, name, entry.get("value")),
                None => raw.doubt("one of its variables is not written out"),
            }
        }
    }
    for entry in node.get("envFrom").map(Node::list).unwrap_or_default() {
        let prefix = entry.text_at(&["prefix"]).unwrap_or_default().to_owned();
        let name = |kind: &str| entry.text_at(&[kind, "name"]).map(str::to_owned);
        let (is_secret, name) = match (name("configMapRef"), name("secretRef")) {
            (Some(name), _) => (false, name),
            (None, Some(name)) => (true, name),
            (None, None) => {
                raw.doubt("it is given a set of variables that is not written out");
                continue;
            }
        };
        raw.from.push(Whole::Object(Object { is_secret, name }, prefix));
    }
}
