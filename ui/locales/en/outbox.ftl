# Why something in the outbox waits. When it is tried next is shown beside it.

why-turn = It goes with the next pass.
why-upload = The files are on their way.
why-behind = It waits for what you signed before to arrive: { $kind } “{ $title }”.
why-network = There was no connection to the portal. It goes by itself when there is one.
why-sign-in = You are not signed in any more. Sign in again, and it goes.
why-portal-pause = The portal asked to be left alone for a while. It goes by itself after that.
why-retry = The last try failed: { $problem } It is tried again by itself.
why-person = You hold it back. It goes when you let it.
why-refused = The portal did not take it: { $problem }
why-unfit = It cannot be sent as it is: { $problem }
why-disk = The disk of this computer cannot be written. Nothing is sent until it can.
