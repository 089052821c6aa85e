//! The portal: OAuth, JMAP and the relay of a sign-in.
