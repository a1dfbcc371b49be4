/** Header names of a role, as `columnKey` makes them, best first. */
interface Names {
  /** Names that clearly mean the role. */
  sure: readonly string[];
  /** Names that are used, with a warning, if there is no better one. */
  standIn: readonly string[];
}

const SCALE_NAMES = `rating stars starrating userrating ratingvalue ratingval reviewscore reviewrating bookrating movierating
  overallrating overall score grade
  voto valutazione avaliacao beoordeling ocena betyg puan оценка рейтинг 評価 評点 评分 평점 별점`;
const COUNT_NAMES = `quantity qty qtyordered lineitemquantity itemquantity productquantity productqty orderqty orderedqty orderquantity
  quantitypurchased quantityrefund quantityordered units unitssold unitsordered count plays playcount listencount listens
  clicks sumclick clk click isclick clicked isclicked views viewcount purchases hours hoursplayed minutes minutesplayed
  secondsplayed msplayed playtime playtimeforever watchtime watchseconds watchedseconds secondswatched watchduration
  weight
  quantita qta quantidade qtd qtde aantal ilość antal antall množství määrä mennyiség ποσότητα adet miktar количество колво kwmeng fkimg auftragsmenge anz
  数量 個数 購入数 购买数量 件数 수량`;

/**
 * The header names of exports. `user_id` and `item_id` win over all others, so that a file with both `item_id` and `asin` is
 * read by `item_id`. English first, then German, French and Spanish, then others.
 */
export const VOCABULARY = {
  user: names(
    `userid user effectiveuserid customerid customer customeruniqueid clientid client memberid member accountid account contactid
    visitorid visitor fullvisitorid personid person readerid reader reviewerid reviewer buyerid buyeruserid buyer
    shopperid shopper subscriberid subscriber playerid player studentid student learnerid patronid listenerid viewerid
    guestid profileid householdkey householdid household hshdnum cardid loyaltyid loyaltycardnumber customerno
    customernumber customercode custid cust customerref msno userno usernumber usercode uid useruuid useruri userhash
    buyerusername username userlogin login nickname profilename reviewername customeremail useremail emailaddress email
    billingemail emailbilling customeremailaddress buyeremail contactemail distinctid userpseudoid anonymousid
    domainuserid amplitudeid deviceid cookieid membernumber custno borrowerid borrowernumber steamid associatedcontactids associatedcontact
    kundennr kundennummer kundenid kundeid kunde kdnr benutzerid benutzer nutzerid nutzer
    clienteid cliente usuarioid usuario numclient numeroclient noclient codeclient refclient utilisateurid utilisateur
    acheteur codcliente codigocliente numerocliente numcliente comprador
    numerodeclient nclient emailclient numerodecliente correoelectronico codigodocliente utilizador codicecliente acquirente
    klantnummer klantnr klantid klant klientaid idklienta numerklienta klient kundnummer kundnr kund kundenr kundenummer asiakasnumero asiakas zákazník vevőkód vevő πελάτης müşteriid müşterino müşteri
    idклиента кодклиента клиент idпользователя пользователь покупатель kunnr soldtoparty
    ユーザーid ユーザid 会員id 会員番号 会員コード 顧客id 顧客番号 顧客コード お客様番号 購入者id 用户id 用户编号 会员id 会员编号 客户id 客户编号 客户代码 买家id
    회원번호 회원id 고객번호 고객id 고객코드 사용자id`,
    'sessionid session usersession visitid gasessionid customername buyername fullname shipname',
  ),
  item: names(
    `itemid item productid product movieid movie filmid film bookid book isbn isbn13 asin parentasin variantsku
    lineitemsku itemsku productsku sku stockcode articleid article trackid track songid song mediaid artistid
    artist albumid album videoid video gameid game appid restaurantid restaurant hotelid biblionumber placeid place poiid businessid
    business venueid venue locationid courseid course jobid showid animeid recipeid paperid newsid listingid gmapid
    contentid productcode productno productnumber productref productreference productvariantid variantid itemcode
    itemnumber itemno articlenumber articlecode articleno materialnumber upc ean gtin iid aid trackuri spotifytrackuri
    masteritemid bookmarkid workid postid skuid product2id beerid problemid questionid exerciseid adgroupid
    artikelnr artikelnummer artikelid artikel artnr produktid produktnr produktnummer produkt
    produitid produit idproduit refproduit referenceproduit codeproduit articleref numarticle
    productoid producto idproducto articuloid articulo codigoproducto codproducto codigoarticulo codarticulo
    reference
    codearticle refarticle codigodoproduto codigoproduto produtoid produto codiceprodotto codicearticolo prodottoid prodotto articolo
    productnummer produktuid kodproduktu varenummer varenr vare tuotekoodi tuote kódzboží zboží cikkszám termék towar ürünkodu ürünid ürünno ürün stokkodu idтовара кодтовара товар артикул
    matnr materialnummer material
    商品id 商品コード 商品番号 品番 アイテムid 作品id 商品 商品编号 商品编码 商品代码 产品id 产品编号 货号 상품코드 상품번호 상품id 제품코드`,
    `lineitemname gametitle gamename itemname itemtitle productname producttitle prodname movietitle booktitle trackname
    songname artistname albumname coursename coursetitle showname videotitle itemdescription masterdatatrackname
    mastermetadatatrackname artikelname produktname artikelbezeichnung nomproduit nombreproducto ref handle url pagepath pageurlpath pageurl
    商品名 商品名称 产品名称 상품명 наименование nomeprodotto nomedoproduto productnaam`,
  ),
  rating: names(
    `${SCALE_NAMES} isrecommended recommended votedup isliked liked ${COUNT_NAMES} strength eventvalue value frequency times
    amount
    bewertung note menge anzahl stueck stuck stk
    quantite qte nbarticles
    valoracion puntuacion calificacion cantidad unidades uds`,
    '',
  ),
  time: names(
    `timestamp eventtimestamp transactiontimestamp unixtimestamp time datetime collectortstamp derivedtstamp eventtime eventdatetime orderpurchasetimestamp purchasetimestamp orderdatetime
    orderdate orderedat placedat purchasedate purchasedat purchasetime purchasedon invoicedate transactiondate
    transactiontime transactiondt tdat saledate salesdate createdat createddate created createdutc datecreated creationdate dateadd dateadded
    checkintime ratedat reviewtime unixreviewtime unixtime utctimestamp timestampms serverts originaltimestamp receivedat
    tslisten listenedat playedat timestampcreated completedtime ts timestampunix eventdate date ratingtimestamp ratingdate updatedat modifiedat readat
    watchedat endtime starttime day
    bestelldatum auftragsdatum kaufdatum rechnungsdatum zeitstempel zeitpunkt datum
    datecommande dateachat datefacture dateheure horodatage
    fechapedido fechacompra fechafactura fechahora fecha
    datedecommande creele fechadepedido fechadecompra dataordine dataacquisto datadopedido datacompra besteldatum orderdatum
    datazamowienia dato päivämäärä dátum ημερομηνία tarih sipariştarihi датазаказа датапокупки дата время erdat audat fkdat belegdatum fakturadatum createdon
    注文日時 注文日 購入日時 購入日 受注日時 受注日 日時 日付 下单时间 购买时间 付款时间 订单日期 创建时间 时间 日期
    주문일시 주문일 구매일시 구매일 일시 날짜 data`,
    '',
  ),
  event: names(
    `eventtype event interactiontype interaction typeofevent eventname actiontype action useraction activity behaviortype
    behaviourtype behaviorname behaviourname behavior behaviour activitytype feedbacktype feedback transactiontype recordtype
    ereignis aktion evenement evento accion`,
    'type verb',
  ),
  order: names(
    `orderid order ordernumber orderno ordername ordercode orderkey ordersid salesorderid orderref orderreference
    amazonorderid saleid transactionid transaction transactionno transactionnumber invoiceno invoiceid invoicenumber invoice basketid
    basket receiptid receiptno ticketid billid checkoutid cartid
    bestellnr bestellnummer bestellid bestellung auftragsnr auftragsnummer rechnungsnr rechnungsnummer bonnr
    commandeid commande idcommande numcommande numerocommande nocommande refcommande
    pedidoid pedido idpedido numpedido numeropedido
    numeroordine ordine bestelnummer ordernr numerzamowienia zamowienie siparişno номерзаказа заказ vbeln
    注文番号 注文id 受注番号 订单号 订单编号 주문번호
    name`,
    '',
  ),
  status: names(
    `orderstatus financialstatus paymentstatus orderstate statemachinestate orderstatusname orderstatename status state
    bestellstatus auftragsstatus statutcommande statut etat estadopedido estado
    statoordine stato situacao статус 注文状況 ステータス 订单状态 状态 주문상태`,
    '',
  ),
  cancelled: names(
    `cancelledat canceledat cancelledon cancellationdate iscancelled iscanceled cancelled canceled isrefunded
    isreturned isvoided voided voidedat isdeleted deleted deletedat fivetrandeleted sdcdeletedat abcdcdeletedat storniert storno stornodatum annule annulee cancelado cancelada anulado`,
    '',
  ),
  title: names(
    `title itemtitle itemname productname producttitle prodname movietitle booktitle gametitle gamename trackname songname
    lineitemname coursename coursetitle masterdatatrackname mastermetadatatrackname name label headline description
    titel artikelname produktname bezeichnung artikelbezeichnung titre libelle designation nomproduit titulo nombre
    nombreproducto descripcion
    titolo nomeprodotto nome nomedoproduto naam productnaam nazwa tytuł название наименование
    商品名 品名 タイトル 作品名 商品名称 产品名称 标题 名称 상품명 제목`,
    '',
  ),
  history: names(
    `history itemhistory useditems items itemids likeditems likes purchaseditems boughtitems watched purchasehistory orderhistory viewhistory watchhistory viewedproducts purchasedproducts boughtproducts verlauf`,
    '',
  ),
  preferences: names('preferences preference prefs tastes interests userpreferences', ''),
  exclude: names('exclude excluded excludeditems excludeitems blocked blacklist hide', ''),
} as const;

/** The roles that a column can have. */
export type Role = keyof typeof VOCABULARY;

/** Names of the id of whatever the file is about; used only if there is no better name. */
export const OWN_ID: readonly string[] = words('id key code entityid');

/** Header names of counts and amounts, whatever their numbers look like. */
const COUNTS = new Set(
  words(`${COUNT_NAMES} frequency times menge anzahl stueck stuck stk quantite qte nbarticles cantidad unidades uds`),
);

/** Header names of possible rating scales. */
const SCALES = new Set(words(`${SCALE_NAMES} bewertung note valoracion puntuacion calificacion`));

/** Whether a rating column has counts or a rating scale, by its name; undefined: the name does not tell. */
export function kindByName(name: string): 'count' | 'scale' | undefined {
  const keys = columnKeys(name);
  if (keys.some((key) => COUNTS.has(key))) return 'count';
  return keys.some((key) => SCALES.has(key)) ? 'scale' : undefined;
}

/** The key by which header names are matched: without case, spaces, punctuation, accents and RecBole's `:type`. */
export function columnKey(name: string): string {
  return name
    .replace(/:(token|float)(_seq)?\s*$/i, '')
    .normalize('NFD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Prefixes of trackers for the device and the page, not for the user or the product. */
const CONTEXT_PREFIX = /^(context|library|device|app|os|geo|browser|traffic_?source|utm|campaign)\./i;

/** Suffixes for the types that MongoDB and DynamoDB write around values in JSON. */
const TYPE = /(?:\.\$(?:oid|uuid|date|number[A-Z]\w+)|\.[SN]){1,3}$/;
/** A unit in brackets after the name, as in `Quantity (pcs)`, but not a currency: that makes it another name. */
const UNIT = /[([](?!\s*(?:\p{Sc}|(?!UTC|GMT)[A-Z]{3})\s*[)\]])[^()[\]]*[)\]]\s*$/u;

/**
 * The keys by which a header name is matched, best first: the whole name; without a unit in brackets; the part after its last dot
 * (`properties.product_id`); with a leading `id` moved to the end (`id_customer`).
 */
export function columnKeys(full: string): string[] {
  const name = full.trim().replace(TYPE, '');
  const keys = [columnKey(name), columnKey(name.replace(UNIT, ''))];
  const dot = name.lastIndexOf('.');
  if (dot > 0 && !CONTEXT_PREFIX.test(name)) keys.push(columnKey(name.slice(dot + 1)));
  const idFirst = /^(?:id|ID|Id)[_\s-]?([A-Za-z].*)$/.exec(name)?.[1];
  if (idFirst !== undefined) keys.push(`${columnKey(idFirst)}id`);
  return [...new Set(keys)].filter((key) => key !== '');
}

function names(sure: string, standIn: string): Names {
  return { sure: words(sure), standIn: words(standIn) };
}

function words(text: string): string[] {
  return text.split(/\s+/).flatMap((word) => columnKey(word) || []);
}
