//! Enumerations whose variants have keys: each variant is written once, with its key.

/// Defines an enumeration without data, `ALL` (its variants in the order in which they are written) and the method after `by`,
/// which gives the key of a variant.
macro_rules! keyed_enum {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident by $key:ident {
            $($(#[$about_variant:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$about])*
        $visibility enum $name {
            $($(#[$about_variant])* $variant,)+
        }

        impl $name {
            /// All variants, in order.
            $visibility const ALL: [$name; [$($text),+].len()] = [$($name::$variant),+];

            /// The key of the variant.
            $visibility const fn $key(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }
    };
}

pub(crate) use keyed_enum;
