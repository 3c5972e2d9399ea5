"""Publishers with a past, on loopback: a WordPress, a feed with archive documents, a Blogger, a web archive."""
