//! Misbehaviour on request, for tests of what the desktop does about it.

use super::*;

impl Display {
    pub(super) fn debug(&mut self, order: DebugOrder) {
        if !self.debug_orders {
            warn!(?order, "ignored: not started with --debug-orders");
            return;
        }
        match order {
            DebugOrder::LoseDevice => {
                if !self.executor.as_mut().is_some_and(|executor| executor.lose_device()) {
                    warn!("there is no device to lose");
                }
            }
            DebugOrder::Hang => loop {
                std::thread::park();
            },
            DebugOrder::PoisonSurface(surface) => self.poison = Some(surface),
            DebugOrder::Hog => hog(),
        }
    }
}

/// Allocates until the memory limit kills the process. Every page is touched, or the kernel would not care.
fn hog() -> ! {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(vec![1; 16 << 20]);
        std::hint::black_box(&hoard);
    }
}
