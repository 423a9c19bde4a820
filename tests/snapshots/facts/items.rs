//! Every kind of item.

extern crate alloc;
pub extern crate core as kernel;

/// A module with a file of its own.
pub mod elsewhere;
#[path = "odd/place.rs"]
mod placed;

pub(crate) mod inline {
    #![allow(dead_code)]

    mod deeper {
        fn deepest() {}
    }
}

pub static NAME: &str = "name";
static mut COUNT: u32 = 0;
const LIMIT: usize = 1_000;
const _: () = ();

/// A struct.
#[derive(Clone, Debug)]
pub struct Plain<'a, T: Send + 'static, const N: usize> {
    /// A field.
    #[serde(skip)]
    pub name: &'a str,
    r#type: Option<[T; N]>,
}
struct Tuple(pub String, &'static [u8], fn(u8) -> bool);
struct Unit;

enum Kind {
    Empty,
    Wrapped(Box<dyn Fn(&str) -> Result<(), Error> + Send>),
    Named { id: u64 } = 7,
}

union Bits {
    a: u32,
    b: f32,
}

type Shared<T> = std::sync::Arc<std::sync::Mutex<T>>;

trait Provider: Send {
    const NAME: &'static str;
    const RETRIES: u32 = 3;
    type Output: Default;
    /// Has no body.
    fn token(&self) -> String;
    async fn refresh(&mut self) -> Result<Self::Output, ()> {
        todo!()
    }
    registered!();
}

unsafe auto trait Marker {}
trait Alias = Send + Sync;

impl<T: Provider, U> Holder<T, U>
where
    T: Clone,
    U: Into<String> + ?Sized,
    Vec<T>: Sized,
{
    pub const A: u8 = 1;
    pub(crate) fn by_value(mut self) {}
    fn by_ref(&self, (a, b): (u8, u8)) -> impl Iterator<Item = u8> + '_ {}
    fn by_mut(&'_ mut self, _: &mut dyn Any) {}
    fn by_type(self: Arc<Self>) -> ! {}
    default unsafe extern "C" fn exported() {}
    generated! { fn made(&self) {} }
}

unsafe impl Send for Unit {}
impl !Sync for Unit {}

impl<'a> Iterator for Tuple {
    type Item = &'a str;
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

extern "C" {
    fn fork() -> i32;
}

pub const unsafe extern "system" fn qualified<F>(f: F) -> <F as FnOnce<()>>::Output
where
    F: FnOnce() -> u8,
{
    static INSIDE: u8 = 0;
    const fn inner() {}
    use std::env;
    struct Local;
    impl Local {
        fn method(&self) {}
    }
    f()
}

pub async fn r#async() {}

macro_rules! call {
    ($x:expr) => {
        return self::helper::run($x, other())
    };
}

call!(NAME);
thread_pool! { workers: 4 }
