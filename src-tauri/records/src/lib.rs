//! The nouns of the personal area and their JSON.
