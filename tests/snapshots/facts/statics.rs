lazy_static! {
    /// Documented.
    #[cfg(feature = "x")]
    pub static ref CLIENT: Client = Client::new();
    static   ref
        SPACED :Mutex<Vec<u8>>=Mutex::new( vec![] ) ;
    pub(crate) static ref BLOCK: String = { let a = env("A"); a };
}
lazy_static::lazy_static!(static ref ONE: u8 = 1;);
::lazy_static::lazy_static! { static ref TWO: u8 = 2; }

thread_local! {
    static A: RefCell<u8> = const { RefCell::new(1) };
    pub static B: Cell<u8> = Cell::new(2)
}
std::thread_local!(static C: u8 = 3);

cfg_if::cfg_if! {
    if #[cfg(unix)] {
        mod unix;
        pub use unix::*;
    } else if #[cfg(all(windows, feature = "w"))] {
        mod windows;
    } else {
        fn neither() {}
    }
}
cfg_select! {
    test => { static IN_TEST: u8 = 1; }
    _ => { static IN_REST: u8 = 2; }
}
cfg_rt! {
    pub mod runtime;
    lazy_static! { static ref NESTED: u8 = 4; }
}

static LOCK: OnceLock<Client> = OnceLock::new();
pub static LAZY: LazyLock<Arc<Client>> = LazyLock::new(|| Arc::new(Client::new()));

fn function() {
    lazy_static! {
        static ref LOCAL: u8 = 5;
    }
    thread_local!(static D: u8 = 6);
    static OWN: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
    LOCAL.get()
}
