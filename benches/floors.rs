//! Gathering, linking and checking apart, on made-up programs of n, 2n and 4n.
//!
//! `cargo bench` prints the times; each should double from one size to the next.

#[path = "../tests/suite/synthetic.rs"]
mod synthetic;

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use authlint::catalog::Catalog;
use authlint::facts::{self, Loaded};
use authlint::finding::Findings;
use authlint::link::link;
use authlint::rules;
use authlint::source::{Files, Project, Reader, Request, SourceFile, discover};
use criterion::{BenchmarkId, Criterion, Throughput};

/// The sizes: n, 2n, 4n.
const SIZES: [usize; 3] = [200, 400, 800];

/// Stack of the thread that everything runs on, in bytes.
const STACK: usize = 1 << 30;

const MANIFEST: &str = "[package]\nname = \"made-up\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nasync-openai = \"0.30\"\nreqwest = \"0.12\"\n";

/// A program that was read.
struct Input {
    project: Project,
    files: Files,
    loaded: Loaded,
}

fn read(text: &str) -> Input {
    let dir = tempfile::tempdir().expect("a directory can be made");
    fs::create_dir(dir.path().join("src")).expect("it can be written");
    fs::write(dir.path().join("Cargo.toml"), MANIFEST).expect("it can be written");
    fs::write(dir.path().join("src/main.rs"), text).expect("it can be written");
    let cwd = dir.path().to_path_buf();
    let project = discover(&Request { cwd: cwd.clone(), ..Request::default() }).project;
    let mut reader = Reader::new(&project.root, &cwd);
    let targets = project.packages.iter().flat_map(|package| &package.targets);
    let roots: Vec<PathBuf> = targets.map(|target| target.root.clone()).collect();
    let loaded = facts::load(&mut reader, &roots, 1);
    Input { project, files: reader.into_files(), loaded }
}

fn bench(criterion: &mut Criterion) {
    let catalog = Catalog::shipped().expect("it parses");
    for shape in synthetic::SHAPES {
        let mut group = criterion.benchmark_group(shape.name);
        for size in SIZES {
            let input = read(&(shape.text)(size));
            let (project, loaded) = (&input.project, &input.loaded);
            group.throughput(Throughput::Elements(size as u64));
            let files: Vec<&SourceFile> = input.files.iter().map(|(_, file)| file).collect();
            group.bench_function(BenchmarkId::new("gather", size), |bencher| {
                bencher.iter(|| facts::gather(black_box(&files), 1));
            });
            let linked = || link(project, &loaded.facts, &loaded.submodules, &loaded.roots, &catalog);
            group.bench_function(BenchmarkId::new("link", size), |bencher| bencher.iter(linked));
            let program = linked();
            group.bench_function(BenchmarkId::new("check", size), |bencher| {
                bencher.iter(|| {
                    let mut findings = Findings::default();
                    rules::check(&program, &mut findings);
                    findings.into_sorted()
                });
            });
        }
        group.finish();
    }
}

fn run() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}

fn main() {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread can be started");
    thread.join().expect("the benchmarks ran");
}
