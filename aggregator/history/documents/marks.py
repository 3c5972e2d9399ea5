"""The names by which blog software and microformats mark the parts of a post: where to look, best first."""

from __future__ import annotations

POSTS = (
    "article",
    ".h-entry, .hentry",
    ".post-outer, .blog-post, div.post, li.post",
    "div.entry[id], div.entry",
    "[itemtype$='/BlogPosting'], [itemtype$='/NewsArticle'], [itemtype$='/Article']",
)
"""What holds a whole post; the first selector that finds one with a title of its own counts."""

TITLES = (
    ".entry-title, .p-name, .post-title, .entry-header > h1, .entry-header > h2, h3.entry-header, [itemprop~=headline]",
    "header h1, header h2, header h3",
    "h1",
    "h2",
    "h3",
)
"""The title within a post."""

BODIES = (
    ".entry-content, .e-content, .post-body, .post-entry, [itemprop~=articleBody]",
    ".post-content, .article-body, .article-content, .story-body, .entry-body, .entry-more",
    ".entry-summary, .p-summary, .post-excerpt",
    ".entry, .content, .text",
)
"""The text within a post."""

PERMALINKS = "a[rel~=bookmark], a.u-url, a.permalink, a.timestamp-link, a.entry-permalink, link[itemprop~=url]"
DAYS_ABOVE = ".date-header, .post-date-header"
"""A day over the posts of that day (Blogger, Typepad)."""
AUTHORS = ".author .fn, .p-author, .vcard .fn, a[rel~=author], [itemprop~=author] [itemprop~=name], .byline .author"
CATEGORIES = "a[rel~=category], a[rel~=tag], a.p-category, .post-labels a"
TIMES = (
    "time.published, time.dt-published, time.entry-date:not(.updated), time[itemprop~=datePublished], time[pubdate]",
    "abbr.published[title], [itemprop~=datePublished][content]",
    "time[datetime]:not(.updated):not(.dt-updated):not([itemprop~=dateModified])",
    ".entry-date, .post-date, .posted-on, .date, .dateline",
)

FURNITURE = (
    "script, style, noscript, template, iframe, object, form, nav, button, svg, .sharedaddy, .jp-relatedposts, "
    ".sd-sharing, .share-buttons, .addtoany_share_save_container, .a2a_kit, .entry-meta, .post-meta, .postmetadata, "
    ".post-footer, .entry-footer, .navigation, .nav-links, .post-navigation, #comments, .comments, .comment-respond, "
    ".more-link, .wp-block-post-navigation-link, .screen-reader-text, .skip-link"
)
"""What is no word of the author inside a post; the original file keeps it."""
AROUND = "header, footer, nav, aside, script, style, noscript, template, form, #sidebar, .sidebar, #secondary, .widget"
"""What stands around the text of a page."""
MAIN = "main, [role=main], #content, #main, .main, #primary"
HEADINGS = (
    "h1, h2, .page-title, .archive-title, .pagetitle, .status-msg-body, .archive-header, .module-header, .page-header"
)
"""Where the heading of an archive page stands."""
