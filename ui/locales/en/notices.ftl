# What the desktop tells. It may be read by whoever sees the screen: nothing but the title of the procedure.

notice-message = New message: { $title }
notice-request = The authority asks you for something: { $title }
notice-refused = This could not be sent, please look: { $title }
notice-decided = There is a decision: { $title }
notice-due-7 = Reply within a week: { $title }
notice-due-2 = Reply by the day after tomorrow: { $title }
notice-due-1 = Reply by tomorrow: { $title }
notice-due-0 = Reply today: { $title }
notice-certificate-60 = The certificate on your card expires within two months. You can renew it now.
notice-certificate-30 = The certificate on your card expires within a month. Renew it in time: without it you cannot sign anything.
notice-certificate-7 = The certificate on your card expires within a week. Renew it now.
notice-certificate-ended = The certificate on your card has expired. You cannot sign with it until it is renewed.
notice-sign-in = What you signed is waiting to be sent. Please sign in again.
notice-many = News while you were away: { $count }. See Applications.

# The icon in the tray. Anybody may see it.

tray-open = Open Kabinet
tray-quit = Quit
tray-closed = Your papers are closed
tray-sent = Everything is sent
tray-waits = Waiting to be sent: { $count }
