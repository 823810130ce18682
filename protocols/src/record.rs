//! Records that are sent whole once and then as what changed.

/// Makes a record with an id, and the record of its changes.
///
/// Both go over the wire as `a{sv}`. In a change what is absent is unchanged; what became unknown is named in `removed`.
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident, $(#[$change_doc:meta])* change $change:ident {
            $(#[$id_doc:meta])* id,
            always { $($(#[$always_doc:meta])* $always:ident: $always_type:ty,)* }
            maybe { $($(#[$maybe_doc:meta])* $maybe:ident: $maybe_type:ty,)* }
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
        #[zbus(signature = "a{sv}")]
        pub struct $name {
            $(#[$id_doc])*
            pub id: u64,
            $($(#[$always_doc])* pub $always: $always_type,)*
            $($(#[$maybe_doc])* pub $maybe: Option<$maybe_type>,)*
        }

        $(#[$change_doc])*
        #[derive(Debug, Clone, PartialEq, Default, SerializeDict, DeserializeDict, Type)]
        #[zbus(signature = "a{sv}")]
        pub struct $change {
            /// What it is about; always there.
            pub id: u64,
            $(pub $always: Option<$always_type>,)*
            $(pub $maybe: Option<$maybe_type>,)*
            /// The properties that are unknown now.
            pub removed: Option<Vec<String>>,
        }

        impl $name {
            /// What has to change for this to become `now`. `None`: nothing.
            pub fn change_to(&self, now: &Self) -> Option<$change> {
                let mut change = $change { id: self.id, ..$change::default() };
                $(if self.$always != now.$always {
                    change.$always = Some(now.$always.clone());
                })*
                $(if self.$maybe != now.$maybe {
                    change.$maybe = now.$maybe.clone();
                })*
                let removed: &[Option<&str>] = &[$((self.$maybe.is_some() && now.$maybe.is_none()).then_some(stringify!($maybe)),)*];
                if removed.iter().any(Option::is_some) {
                    change.removed = Some(removed.iter().flatten().map(|name| (*name).to_owned()).collect());
                }
                (change != $change { id: self.id, ..$change::default() }).then_some(change)
            }

            /// Makes the change.
            pub fn apply(&mut self, change: &$change) {
                $(if let Some(value) = &change.$always {
                    self.$always.clone_from(value);
                })*
                $(if change.$maybe.is_some() || change.removed.iter().flatten().any(|name| name == stringify!($maybe)) {
                    self.$maybe.clone_from(&change.$maybe);
                })*
            }
        }
    };
}
pub(crate) use record;
