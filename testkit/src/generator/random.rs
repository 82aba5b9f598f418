//! A small generator of pseudo-random numbers, written out here so that a capture made from a seed never changes with the
//! version of a crate. SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).

/// The generator and its state.
pub struct Random(u64);

/// How likely something is: that share of 2^64.
#[derive(Clone, Copy)]
pub struct Chance(u64);

impl Chance {
    /// From a share between 0 and 1; what lies outside is held at the nearer end.
    pub fn of(share: f64) -> Chance {
        // Multiplication by a power of two is exact, so that every machine gets the same number.
        Chance((share * 2f64.powi(64)) as u64)
    }
}

impl Random {
    /// The generator that begins at `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Any number of 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(limit)) >> 32) as u32
    }

    /// True with that chance.
    pub fn happens(&mut self, chance: Chance) -> bool {
        self.bits() < chance.0
    }

    /// One of `choices`, each as likely as the others.
    pub fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// A number from 1 up whose mean is one divided by `end`: how many steps something takes that ends with the chance
    /// `end` at each step. Counted out rather than computed with a logarithm, which differs between machines.
    pub fn steps_until(&mut self, end: Chance) -> u32 {
        let mut steps = 1;
        while !self.happens(end) {
            steps += 1;
        }
        steps
    }
}
